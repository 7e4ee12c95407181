import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { issueKeyToken } from '../../lambdas/keys/key-tokens.ts';
import { NOW, newIssue } from '../support/tenants.ts';
import { CLIENT, ISSUER, type OAuthServer, type Person, startServer } from './server.ts';

const OTHER = { ...CLIENT, clientId: 'https://other.example/metadata.json' };
let server: OAuthServer;
let ada: Person;
beforeAll(async () => {
  server = await startServer();
  server.clients.set(OTHER.clientId, OTHER);
});
beforeEach(async () => {
  ada = await server.signIn();
});

const BASIC = `Basic ${Buffer.from('client_service:secret').toString('base64')}`;

/** What a service of a tenant is told of a token. */
async function introspected(token: string, tenantId: string | null = ada.tenantId) {
  server.clients.set('client_service', {
    ...CLIENT,
    clientId: 'client_service',
    kind: 'administered',
    tenantId,
    authentication: 'client_secret_basic',
  });
  const answer = await server.call('POST /introspect', {
    form: { token },
    headers: { Authorization: BASIC },
  });
  return answer.json;
}
const revoke = (token: string, clientId = CLIENT.clientId) =>
  server.call('POST /revoke', { form: { client_id: clientId, token } });

describe('revocation', () => {
  test.each(['access_token', 'refresh_token'])('by the %s ends the session', async (kind) => {
    const tokens = await server.tokensOf(ada);
    expect(await revoke(tokens[kind])).toMatchObject({ status: 200, text: '{}' });
    expect(server.stateOf(tokens.access_token)).toBe('ended');
    expect((await server.refreshWith(tokens.refresh_token)).status).toBe(400);
  });

  test('by another client, of a login’s token, and of no token is answered alike, and nothing happens', async () => {
    const tokens = await server.tokensOf(ada);
    const [sessionId] = await server.stores.sessions.sessionIds(ada.userId, 'client');
    const login = await server.signer.accessToken({ ...ada, sessionId: sessionId ?? '' }, 60);
    for (const [token, clientId] of [
      [tokens.access_token, OTHER.clientId],
      [tokens.refresh_token, OTHER.clientId],
      [login, CLIENT.clientId],
      ['x', CLIENT.clientId],
      ['a.b.c', CLIENT.clientId],
    ])
      expect(await revoke(token, clientId)).toMatchObject({ status: 200, text: '{}' });
    expect(server.stateOf(tokens.access_token)).toBe('active');
  });

  test('of a page’s embed token does not reach the session that it was made in, and introspection knows none', async () => {
    const tokens = await server.tokensOf(ada);
    const [sessionId = ''] = await server.stores.sessions.sessionIds(ada.userId, 'client');
    const maker = { ...ada, sessionId, workspaceId: 'w' };
    const token = await server.signer.embedToken(maker, { scopes: ['read'], subject: null }, 600);
    expect(await revoke(token)).toMatchObject({ status: 200, text: '{}' });
    expect(server.stateOf(tokens.access_token)).toBe('active');
    expect(await introspected(token)).toEqual({ active: false });
  });

  test('is for known clients', async () => {
    const answer = await revoke('x', 'client_unknown');
    expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client']);
  });
});

describe('introspection', () => {
  test('tells what a token is good for now: the role may have changed since', async () => {
    const { access_token: token } = await server.tokensOf(ada, { resource: `${ISSUER}/v1/mcp` });
    expect(await introspected(token)).toMatchObject({
      active: true,
      scope: 'read write',
      token_type: 'bearer',
      sub: ada.userId,
      aud: `${ISSUER}/v1/mcp`,
      iss: ISSUER,
      client_id: CLIENT.clientId,
      tenant_id: ada.tenantId,
    });
    const name = JSON.stringify([ada.tenantId, ada.userId]);
    const person = server.stores.state.people.get(name);
    if (person !== undefined) server.stores.state.people.set(name, { ...person, role: 'viewer' });
    expect((await introspected(token)).scope).toBe('read');
    server.stores.state.people.delete(name);
    expect(await introspected(token)).toEqual({ active: false });
  });

  test('tells of a token of an API key whether the key still is what it was', async () => {
    const { issue, key } = newIssue({
      tenantId: ada.tenantId,
      workspaceId: ada.workspaceId,
      scopes: ['read'],
    });
    await server.stores.keys.create(issue, 100, { actor: 'user:u', requestId: 'r' });
    const caller = {
      kind: 'key' as const,
      keyId: issue.key.id,
      tenantId: ada.tenantId,
      workspaceId: ada.workspaceId,
      environment: 'live' as const,
      scopes: ['read'],
    };
    const { accessToken } = await issueKeyToken(
      { kind: 'key', key },
      caller,
      undefined,
      server.services.oauth,
    );
    expect(await introspected(accessToken)).toMatchObject({ active: true, scope: 'read', sub: issue.key.id });
    await server.stores.keys.revoke(issue.key, { actor: 'user:u', requestId: 'r' }, NOW);
    expect(await introspected(accessToken)).toEqual({ active: false });
  });

  test.each([
    ['suspended', { suspendedWorkspaces: (id: string) => new Set([id]) }],
    ['deleted', {}],
  ])(
    'a token is good for nothing in a workspace that is %s, and is not refreshed there',
    async (_what, change) => {
      const { tenantId, workspaceId } = ada;
      const { access_token: token, refresh_token: refresh } = await server.tokensOf(ada);
      expect((await introspected(token)).active).toBe(true);
      const { tenants, workspaces } = server.stores.state;
      const tenant = tenants.get(tenantId);
      if (tenant === undefined) throw new Error('no tenant');
      if ('suspendedWorkspaces' in change)
        tenants.set(tenantId, { ...tenant, suspendedWorkspaces: change.suspendedWorkspaces(workspaceId) });
      else workspaces.delete(JSON.stringify([tenantId, workspaceId]));
      expect(await introspected(token)).toEqual({ active: false });
      expect((await server.refreshWith(refresh)).json.error).toBe('invalid_grant');
    },
  );

  test('tells nothing of another tenant’s, of a refresh token, or of what is over', async () => {
    const { access_token: token, refresh_token: refresh } = await server.tokensOf(ada);
    const ben = await server.signIn();
    for (const [asked, tenantId] of [
      [token, ben.tenantId],
      [refresh, ada.tenantId],
      ['x', ada.tenantId],
    ])
      expect(await introspected(asked, tenantId)).toEqual({ active: false });
    await revoke(token);
    expect(await introspected(token)).toEqual({ active: false });
  });

  test('is for services of a tenant that prove who they are', async () => {
    const { access_token: token } = await server.tokensOf(ada);
    const asPublic = await server.call('POST /introspect', { form: { token, client_id: CLIENT.clientId } });
    expect([asPublic.status, asPublic.json.error]).toEqual([401, 'invalid_client']);
    expect((await introspected(token, null)).error).toBe('invalid_client');
  });
});

describe('a device', () => {
  const begin = async (fields: Readonly<Record<string, string>> = {}) =>
    server.call('POST /device_authorization', { form: { client_id: CLIENT.clientId, ...fields } });
  const poll = (code: string, clientId = CLIENT.clientId) =>
    server.call('POST /token', {
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: clientId,
        device_code: code,
      },
    });
  const enter = (code: string, fields: Readonly<Record<string, string>> = {}, as = ada) =>
    server.call('POST /device', { form: { user_code: code, csrf: as.csrf, ...fields }, as });

  test('shows a code that people can read, and leads to the page where it is entered', async () => {
    const { json } = await begin();
    expect(json).toMatchObject({
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${ISSUER}/device`,
      expires_in: 600,
      interval: 5,
    });
    const [, query] = json.verification_uri_complete.split('?');
    const shown = await server.call('GET /device', { query: new URLSearchParams(query), as: ada });
    expect(shown.text).toContain(`value="${json.user_code}"`);
    const away = await server.call('GET /device', { query: new URLSearchParams(query) });
    expect(away.location?.pathname).toBe('/sign-in');
  });

  test('is asked about with its code in view, and is told of a refusal', async () => {
    const { json } = await begin({ scope: 'read' });
    const asked = await enter(json.user_code.toLowerCase().replace('-', ' '));
    expect(asked.text).toContain(json.user_code);
    expect(asked.text).toContain('<code>read</code>');
    expect((await enter(json.user_code, { decision: 'deny' })).status).toBe(200);
    expect((await poll(json.device_code)).json.error).toBe('access_denied');
  });

  test('that was let in is given nothing once the person has a new password or role', async () => {
    const { json } = await begin();
    expect((await enter(json.user_code, { decision: 'allow' })).status).toBe(200);
    server.changePerson(ada);
    expect((await poll(json.device_code)).json.error).toBe('invalid_grant');
    expect(await server.stores.sessions.sessionIds(ada.userId, 'client')).toEqual([]);
  });

  test('is not let in by a form of another site, nor for a person who has none of its scopes', async () => {
    const { json } = await begin({ scope: 'delete' });
    expect((await enter(json.user_code, { decision: 'allow', csrf: 'x' })).status).toBe(403);
    const viewer = await server.signIn('viewer');
    await enter(json.user_code, { decision: 'allow' }, viewer);
    expect((await poll(json.device_code)).json.error).toBe('access_denied');
  });

  test('waits for ten minutes; its code is another client’s neither before nor after', async () => {
    const { json } = await begin();
    expect((await poll(json.device_code, OTHER.clientId)).json.error).toBe('invalid_grant');
    server.pass(600);
    expect((await poll(json.device_code)).json.error).toBe('expired_token');
    expect((await enter(json.user_code)).text).toContain('aria-invalid="true"');
  });

  test('asks for what there is', async () => {
    expect((await begin({ scope: 'everything' })).json.error).toBe('invalid_scope');
    expect((await begin({ resource: 'https://other.example' })).json.error).toBe('invalid_target');
  });

  test('cannot be found by trying codes', async () => {
    let last = await enter('BBBB-BBBB');
    for (let attempt = 0; attempt < 61 && last.status === 200; attempt += 1) last = await enter('BBBB-BBBC');
    expect(last.status).toBe(429);
  });
});
