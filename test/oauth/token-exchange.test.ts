import { createHash, randomUUID } from 'node:crypto';
import * as openid from 'openid-client';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { TOKEN_EXCHANGE } from '../../lambdas/people/exchange.ts';
import { PROVIDER } from '../support/identity-provider.ts';
import { CLIENT, ISSUER, type OAuthServer, type Person, startServer } from './server.ts';

/** Token exchange at `/token` is what its own row does with the parameters of RFC 8693. */

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

let server: OAuthServer;
let ada: Person;
beforeAll(async () => {
  server = await startServer({
    identityProviders: [PROVIDER],
    // Its tokens are the ids of tenants, and a text of their own behind them.
    verify: async (token) => {
      const [org = '', jti] = token.split(' ');
      if (jti === undefined) throw new Problem('invalid_subject_token');
      const hash = createHash('sha256').update(token).digest('hex');
      const expiresAt = server.clock() + 600;
      return { provider: PROVIDER, subject: 'ada', hash, expiresAt, claims: { org, iat: server.clock() } };
    },
  });
});
beforeEach(async () => {
  ada = await server.signIn();
});

const PATHS = ['POST /token', 'POST /v1/auth/exchange'] as const;
const newToken = () => `${ada.tenantId} ${randomUUID()}`;
const parameters = (token: string | undefined, more: Readonly<Record<string, string | undefined>> = {}) => ({
  grant_type: TOKEN_EXCHANGE,
  subject_token: token,
  subject_token_type: ACCESS_TOKEN,
  ...more,
});

describe.each(PATHS)('an exchange at %s', (path) => {
  const exchange = (form: Readonly<Record<string, string | undefined>>, headers = {}) =>
    server.call(path, { form, headers });

  test('gives tokens of a new session, and one for each workspace, without a client', async () => {
    const { status, json, headers } = await exchange(parameters(newToken()));
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(json).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: expect.any(String),
      issued_token_type: ACCESS_TOKEN,
      workspaces: [{ workspace_id: ada.workspaceId, token: expect.stringMatching(/^ey/) }],
    });
    expect(server.stateOf(json.access_token)).toBe('active');
  });

  test.each<[string, Readonly<Record<string, string | undefined>>, object, string]>([
    ['no type of the token', { subject_token_type: undefined }, {}, 'subject_token_type'],
    ['another type of the token', { subject_token_type: 'saml2' }, {}, 'subject_token_type'],
    ['another type that is asked for', { requested_token_type: 'saml2' }, {}, 'requested_token_type'],
    ['an actor', { actor_token: 'a' }, {}, 'actor_token'],
    ['an audience', { audience: 'a' }, {}, 'audience'],
    ['a resource', { resource: `${ISSUER}/v1/mcp` }, {}, 'resource'],
    ['a scope', { scope: 'read' }, {}, 'scope'],
    ['a token that is too long', { subject_token: 'x'.repeat(20_000) }, {}, 'subject_token'],
    ['a second token', {}, { Authorization: 'Bearer a.b.c' }, 'Authorization'],
  ])('with %s is a 400 that names it, and spends no token', async (_what, more, headers, named) => {
    const token = newToken();
    const answer = await exchange(parameters(token, more), headers);
    expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
    expect(answer.json.error_description).toContain(named);
    expect((await exchange(parameters(token))).status).toBe(200);
  });

  test('of a token that is not accepted says no more than that', async () => {
    const answer = await exchange(parameters('unknown'));
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: 'The token is not accepted.',
        request_id: expect.any(String),
      },
    ]);
  });

  test('is none where no identity provider is configured', async () => {
    const plain = await startServer();
    const answer = await plain.call(path, { form: parameters('a token') });
    expect([answer.status, answer.json.error]).toEqual([400, 'unsupported_grant_type']);
    expect(answer.json.error_description).toMatch(/identityProviders/);
    expect(plain.metadata.authorizationServer().grant_types_supported).not.toContain(TOKEN_EXCHANGE);
  });
});

test.each([
  { subject_token: 'x'.repeat(20_000) },
  { subject_token_type: 'saml2', requested_token_type: 'saml2', scope: 'read', actor_token: 'a' },
])('what is wrong is said in the same words at either path', async (more) => {
  const answers = await Promise.all(
    PATHS.map((path) => server.call(path, { form: parameters('a token', more) })),
  );
  const [granted, own] = answers.map(({ json }) => json.error_description);
  expect(granted).toBe(own);
});

test('a token is exchanged once, at whichever path', async () => {
  const token = newToken();
  const answers = await Promise.all(PATHS.map((path) => server.call(path, { form: parameters(token) })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
});

test('the token of a provider at /token is a parameter: in Authorization it is none', async () => {
  const headers = { Authorization: 'Bearer a.b.c' };
  const answer = await server.call('POST /token', { form: { grant_type: TOKEN_EXCHANGE }, headers });
  expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
  expect(answer.json.error_description).toContain('subject_token: is required');
});

test('what an exchange at /token gives is a login’s: no client’s, and refreshed where logins are', async () => {
  const { json } = await server.call('POST /token', { form: parameters(newToken()) });
  const theirs = await server.refreshWith(json.refresh_token);
  expect([theirs.status, theirs.json.error]).toEqual([400, 'invalid_grant']);
  const form = { refresh_token: json.refresh_token };
  expect((await server.call('POST /v1/auth/refresh', { form })).status).toBe(200);
});

test('parameters of an exchange are none of another grant', async () => {
  const code = await server.codeFor(ada);
  const more = { subject_token: 'a', subject_token_type: 'b', actor_token: 'c', audience: 'd' };
  expect((await server.redeem(code, more)).status).toBe(200);
});

test('openid-client finds the grant in the metadata, and exchanges', async () => {
  const config = await openid.discovery(new URL(ISSUER), CLIENT.clientId, undefined, openid.None(), {
    algorithm: 'oauth2',
    [openid.customFetch]: server.fetch,
  });
  expect(config.serverMetadata().grant_types_supported).toContain(TOKEN_EXCHANGE);
  const tokens = await openid.genericGrantRequest(config, TOKEN_EXCHANGE, {
    subject_token: newToken(),
    subject_token_type: ACCESS_TOKEN,
  });
  expect(tokens).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: 'bearer' });
});
