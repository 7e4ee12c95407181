import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CLIENT, ISSUER, type OAuthServer, type Person, pkce, startServer } from './server.ts';

let server: OAuthServer;
let ada: Person;
const OTHER = { ...CLIENT, clientId: 'https://other.example/metadata.json' };
beforeAll(async () => {
  server = await startServer();
  server.clients.set(OTHER.clientId, OTHER);
});
beforeEach(async () => {
  ada = await server.signIn();
});
const error = (answer: { status: number; text: string }) => [answer.status, JSON.parse(answer.text).error];

describe('an authorization code', () => {
  test('gives a token for the resource, the scopes and the workspace that the person agreed to', async () => {
    const answer = await server.redeem(await server.codeFor(ada, { resource: `${ISSUER}/v1/mcp` }));
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { access_token: token, ...rest } = answer.json;
    expect(rest).toEqual({
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: expect.any(String),
      scope: 'read write',
    });
    expect(decodeJwt(token)).toMatchObject({
      iss: ISSUER,
      aud: `${ISSUER}/v1/mcp`,
      sub: ada.userId,
      client_id: CLIENT.clientId,
      scope: 'read write',
    });
    expect(server.stateOf(token)).toBe('active');
  });

  test('used a second time ends what it gave, and gives nothing', async () => {
    const code = await server.codeFor(ada);
    const { access_token: token, refresh_token: refresh } = (await server.redeem(code)).json;
    expect(error(await server.redeem(code))).toEqual([400, 'invalid_grant']);
    expect(server.stateOf(token)).toBe('ended');
    expect(error(await server.refreshWith(refresh))).toEqual([400, 'invalid_grant']);
    const { sid } = decodeJwt(token) as { sid: string };
    expect(server.stores.state.sessions.get(sid)?.change).toMatchObject({ what: 'code-reuse' });
  });

  test('of eight uses at once gives at most one pair of tokens, and ends with it', async () => {
    const code = await server.codeFor(ada);
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.redeem(code)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    expect(server.stateOf(given[0]?.json.access_token)).toBe('ended');
    expect(await server.stores.sessions.sessionIds(ada.userId, 'client')).toEqual([]);
  });

  test('of another client, or one that was injected, is refused, and ends nothing', async () => {
    const code = await server.codeFor(ada);
    expect(error(await server.redeem(code, { client_id: OTHER.clientId }))).toEqual([400, 'invalid_grant']);
    // The attacker's own session at the client has another verifier (RFC 9700, 4.5).
    expect(error(await server.redeem({ ...code, verifier: pkce().verifier }))).toEqual([
      400,
      'invalid_grant',
    ]);
    const answer = await server.redeem(code);
    expect(answer.status).toBe(200);
    expect(error(await server.redeem(code, { client_id: OTHER.clientId }))).toEqual([400, 'invalid_grant']);
    expect(server.stateOf(answer.json.access_token)).toBe('active');
  });

  test.each([
    ['no verifier', { code_verifier: undefined }],
    ['an empty verifier', { code_verifier: '' }],
    ['a wrong verifier', { code_verifier: pkce().verifier }],
    ['a verifier that is too short', { code_verifier: 'short' }],
    ['another redirect', { redirect_uri: 'https://client.example/other' }],
    ['another code', { code: pkce().verifier }],
    ['no known code', { code: 'x' }],
  ])('with %s gives nothing, and stays good for who is right', async (_what, changes) => {
    const code = await server.codeFor(ada);
    expect(error(await server.redeem(code, changes))).toEqual([400, 'invalid_grant']);
    expect((await server.redeem(code)).status).toBe(200);
  });

  test('whose challenge is sent as its verifier gives nothing: PKCE is not plain', async () => {
    const code = await server.codeFor(ada);
    expect(error(await server.redeem({ ...code, verifier: code.parameters.code_challenge ?? '' }))).toEqual([
      400,
      'invalid_grant',
    ]);
  });

  test('without a redirect is as OAuth 2.1 has it', async () => {
    expect((await server.redeem(await server.codeFor(ada), { redirect_uri: undefined })).status).toBe(200);
  });

  test('lives for 60 seconds', async () => {
    const [early, late] = [await server.codeFor(ada), await server.codeFor(ada)];
    server.pass(59);
    expect((await server.redeem(early)).status).toBe(200);
    server.pass(1);
    expect(error(await server.redeem(late))).toEqual([400, 'invalid_grant']);
  });

  test('for a resource is not widened, and what is asked too much leaves it unused', async () => {
    const code = await server.codeFor(ada, { resource: `${ISSUER}/v1/mcp` });
    for (const resource of [
      ISSUER,
      `${ISSUER}/v1`,
      `${ISSUER}/v1/mcpx`,
      'https://other.example',
      `${ISSUER}/health`,
    ])
      expect(error(await server.redeem(code, { resource }))).toEqual([400, 'invalid_target']);
    const answer = await server.redeem(code, { resource: `${ISSUER}/v1/mcp/tools` });
    expect(decodeJwt(answer.json.access_token).aud).toBe(`${ISSUER}/v1/mcp/tools`);
  });

  test('gives nothing to a person who is gone, or whose consent was taken back meanwhile', async () => {
    const code = await server.codeFor(ada);
    const { apps } = server.stores;
    for (const app of await apps.list(ada.userId, server.clock()))
      await apps.disconnect(app, { actor: 'user:u', requestId: 'r' }, server.clock());
    expect(error(await server.redeem(code))).toEqual([400, 'invalid_grant']);
    const other = await server.codeFor(ada);
    server.stores.state.people.delete(JSON.stringify([ada.tenantId, ada.userId]));
    expect(error(await server.redeem(other))).toEqual([400, 'invalid_grant']);
    expect(await server.stores.sessions.sessionIds(ada.userId, 'client')).toEqual([]);
  });
});

describe('a person’s sessions of a client', () => {
  test('are one: a new sign-in and a step up replace it, and another client’s stays', async () => {
    const first = await server.tokensOf(ada, { scope: 'read' });
    const elsewhere = await server.redeem(await server.codeFor(ada, { client_id: OTHER.clientId }), {
      client_id: OTHER.clientId,
    });
    const second = await server.tokensOf(ada, { scope: 'read write' });
    expect(second.scope).toBe('read write');
    expect(server.stateOf(first.access_token)).toBe('ended');
    expect(server.stateOf(elsewhere.json.access_token)).toBe('active');
    expect(await server.stores.sessions.sessionIds(ada.userId, 'client')).toHaveLength(2);
    expect((await server.refreshWith(first.refresh_token)).status).toBe(400);
  });

  test('of two at once the newer one stays', async () => {
    const codes = [await server.codeFor(ada), await server.codeFor(ada)];
    const answers = await Promise.all(codes.map((code) => server.redeem(code)));
    const states = answers.map(({ json }) => server.stateOf(json.access_token)).toSorted();
    expect(states).toEqual(['active', 'ended']);
  });
});

describe('a refresh token of a client', () => {
  test('gives the same again, or less, and keeps what was given', async () => {
    const first = await server.tokensOf(ada, { resource: `${ISSUER}/v1/mcp` });
    const narrow = await server.refreshWith(first.refresh_token, {
      scope: 'read',
      resource: `${ISSUER}/v1/mcp/tools`,
    });
    expect(narrow.json).toMatchObject({ scope: 'read', token_type: 'bearer' });
    expect(decodeJwt(narrow.json.access_token)).toMatchObject({
      aud: `${ISSUER}/v1/mcp/tools`,
      scope: 'read',
    });
    const wide = await server.refreshWith(narrow.json.refresh_token);
    expect(wide.json.scope).toBe('read write');
    expect(decodeJwt(wide.json.access_token).aud).toBe(`${ISSUER}/v1/mcp`);
  });

  test('never gives more: a scope, a wider one, another resource; and asking for it uses nothing', async () => {
    const strict = await startServer({ graceSeconds: 0 });
    const ben = await strict.signIn();
    const { refresh_token: token } = await strict.tokensOf(ben, {
      scope: 'read',
      resource: `${ISSUER}/v1/mcp`,
    });
    for (const scope of ['write', 'read write', 'admin', 'unknown'])
      expect(error(await strict.refreshWith(token, { scope }))).toEqual([400, 'invalid_scope']);
    for (const resource of [ISSUER, `${ISSUER}/v1/other`, 'https://other.example'])
      expect(error(await strict.refreshWith(token, { resource }))).toEqual([400, 'invalid_target']);
    expect((await strict.refreshWith(token)).status).toBe(200);
  });

  test('has the grace that every one has, and ends its session after it', async () => {
    const { refresh_token: token, access_token: access } = await server.tokensOf(ada);
    expect((await server.refreshWith(token)).status).toBe(200);
    server.pass(119);
    expect((await server.refreshWith(token)).status).toBe(200);
    server.pass(1);
    expect(error(await server.refreshWith(token))).toEqual([400, 'invalid_grant']);
    expect(server.stateOf(access)).toBe('ended');
  });

  test('is no other client’s, no login’s, and a login’s is no client’s', async () => {
    const { refresh_token: token, access_token: access } = await server.tokensOf(ada);
    expect(error(await server.refreshWith(token, { client_id: OTHER.clientId }))).toEqual([
      400,
      'invalid_grant',
    ]);
    const asLogin = await server.call('POST /v1/auth/refresh', { form: { refresh_token: token } });
    expect(error(asLogin)).toEqual([400, 'invalid_grant']);
    expect(server.stateOf(access)).toBe('active');
    expect((await server.refreshWith(token)).status).toBe(200);
  });
});

describe('the token endpoint', () => {
  test.each([
    ['no grant type', { grant_type: undefined }, [400, 'invalid_request']],
    ['an unknown grant type', { grant_type: 'password' }, [400, 'unsupported_grant_type']],
    ['a member of every object', { grant_type: 'constructor' }, [400, 'unsupported_grant_type']],
    ['no client', { client_id: undefined }, [401, 'invalid_client']],
    ['an unknown client', { client_id: 'client_unknown' }, [401, 'invalid_client']],
    ['no code', { code: undefined }, [400, 'invalid_request']],
  ])('answers %s as RFC 6749 has it', async (_what, changes, expected) => {
    expect(error(await server.redeem(await server.codeFor(ada), changes))).toEqual(expected);
  });

  test('takes no parameter twice', async () => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: CLIENT.clientId,
      refresh_token: 'x',
    });
    form.append('refresh_token', 'y');
    expect(error(await server.call('POST /token', { form }))).toEqual([400, 'invalid_request']);
  });

  test('slows down who tries tokens', async () => {
    const limited = await startServer();
    const { addressLimits } = limited.services.oauth.deployment;
    Object.assign(limited.services.oauth, {
      deployment: {
        ...limited.services.oauth.deployment,
        addressLimits: { ...addressLimits, failedRefreshesPerTenMinutes: 3 },
      },
    });
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(error(await limited.refreshWith(`lkrefresh_${attempt}`))).toEqual([400, 'invalid_grant']);
    expect(error(await limited.refreshWith('lkrefresh_more'))).toEqual([429, 'temporarily_unavailable']);
  });
});
