import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRecordKey, keyRowKey } from '../../lambdas/kernel/item-keys.ts';
import { OidcProvider } from '../support/oidc-provider.ts';
import { type Account, apiKey, bearer, startTestStack, type TestStack } from '../support/stack.ts';
import { Page } from './page.ts';

const KEYS = '/v1/auth/api-keys';
const NINETY_DAYS = 90 * 86_400_000;

/** Whose tokens are exchanged; it stands for the one that the reader has. */
const provider = new OidcProvider(18_794);
let stack: TestStack;
let ada: Account;
let other: Account;

beforeAll(async () => {
  await provider.start();
  stack = await startTestStack({
    profile: 'nams',
    config: {
      identityProviders: [
        {
          issuer: provider.issuer,
          audiences: ['https://memory.neo4jlabs.com'],
          tenantClaim: { claim: 'org' },
          role: 'editor',
          createUsers: true,
        },
      ],
    },
  });
  ada = await stack.onboard();
  other = await stack.onboard();
  await provider.start({ service: { claims: { org: ada.tenantId } } });
});
afterAll(async () => {
  await provider.stop();
  await stack?.stop();
});

/** Calls as the clients do: the key in `Authorization`, the workspace in a header. */
const call = (target: string, json?: object, account = ada) =>
  stack.send(target, {
    headers: { ...bearer(account.apiKey), 'X-Workspace-Id': account.workspaceId },
    ...(json === undefined ? {} : { json }),
  });
const create = async (fields: object = {}) =>
  (await call(`POST ${KEYS}`, { label: 'ci-runner', scopes: ['read', 'write'], ...fields })).json;
// biome-ignore lint/suspicious/noExplicitAny: the list as the clients read it.
const listed = async (): Promise<any[]> =>
  (await call(`GET ${KEYS}?workspace_id=${ada.workspaceId}`)).json.keys;
const exchanged = async () => {
  const token = await provider.token('service', 'https://memory.neo4jlabs.com');
  return (await stack.send('POST /v1/auth/exchange', { headers: bearer(token) })).json;
};
const one = async (id: string) => (await listed()).find((key) => key.id === id);

const page = new Page('nams', 'https://memory.neo4jlabs.com', () => stack);

describe('the page in commands', () => {
  page.command(/entities$/, async (run) => {
    const { status, body } = await run({ $MEMORY_API_KEY: ada.apiKey });
    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant_id: ada.tenantId, workspace_id: ada.workspaceId });
    expect((await run({ $MEMORY_API_KEY: 'nams_unknown' })).status).toBe(401);
  });
});

describe('the page in words', () => {
  page.aside('How To Authenticate', 'supports two authentication flows:');
  page.promise('Static nams_* API keys — issued via the dashboard, expire in 90 days.', async () => {
    // As the dashboard does, a person makes it. One that a key makes ends no later than that key.
    const { id, key } = await stack.createKey(await stack.logIn(ada));
    expect(key).toMatch(/^nams_[0-9A-Za-z]{50}$/);
    const { createdAt, expiresAt } = await one(id);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(NINETY_DAYS);
  });
  page.notYet('oauth', '• OAuth 2.0 PKCE — short-lived JWT access tokens with refresh.');
  page.aside('Every client SDK accepts either', 'Static API keys');
  page.promise('Set the Authorization: Bearer nams_* header on every request.', async () => {
    expect((await stack.send('GET /v1/conversations?limit=1')).status).toBe(401);
    const elsewhere = await stack.send('GET /v1/conversations?limit=1', { headers: apiKey(ada.apiKey) });
    expect(elsewhere.status).toBe(401);
    expect((await call('GET /v1/conversations?limit=1')).status).toBe(200);
  });
  page.aside('In the SDKs:', 'os.Getenv("MEMORY_API_KEY")), )');
  page.aside('Managing keys via the SDK');
  page.promise(
    'All five clients expose an auth (or Auth) sub-client mirroring /v1/auth/api-keys:',
    async () => {
      const created = await call(`POST ${KEYS}`, {
        label: 'ci-runner',
        scopes: ['read', 'write'],
        workspaceId: ada.workspaceId,
      });
      expect(created.status).toBe(201);
      expect(created.json).toMatchObject({
        id: expect.any(String),
        key: expect.stringMatching(/^nams_/),
        label: 'ci-runner',
      });
      const list = await call(`GET ${KEYS}?workspace_id=${ada.workspaceId}`);
      expect(list.status).toBe(200);
      const revoked = await call(`DELETE ${KEYS}/${created.json.id}`);
      expect([revoked.status, revoked.json]).toEqual([200, { status: 'revoked' }]);
    },
  );
  page.promise('// List keys for a workspace.', async () => {
    const { id } = await create();
    expect(await one(id)).toMatchObject({
      id,
      label: 'ci-runner',
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: expect.stringMatching(/Z$/),
      revokedAt: null,
    });
    const listed = await one(id);
    for (const [camel, snake] of [
      ['createdAt', 'created_at'],
      ['expiresAt', 'expires_at'],
      ['workspaceId', 'workspace_id'],
    ] as const)
      expect(listed[snake]).toBe(listed[camel]);
  });
  page.aside('const keys = await client.auth.listApiKeys(workspaceId);');
  page.promise('// Create a new key. Plaintext is returned ONCE — store it now.', async () => {
    const { key, id } = await create();
    expect((await stack.send('GET /v1/entities', { headers: bearer(key) })).status).toBe(200);
    const shown = await call(`GET ${KEYS}/${id}`);
    for (const text of [JSON.stringify(await listed()), shown.text]) expect(text).not.toContain(key);
  });
  page.aside('const fresh = await client.auth.createApiKey({', '// nams_...');
  page.promise('// Revoke immediately. await client.auth.revokeApiKey(fresh.id);', async () => {
    const { key, id } = await create();
    expect((await call(`DELETE ${KEYS}/${id}`)).json).toEqual({ status: 'revoked' });
    const refused = await stack.send('GET /v1/entities', { headers: bearer(key) });
    expect([refused.status, refused.json.error]).toEqual([401, 'The API key has been revoked.']);
    expect((await one(id)).revokedAt).toMatch(/Z$/);
  });
  page.aside('OAuth refresh-token rotation', 'prefer the OAuth flow:');
  page.promise(
    '1. Exchange your IdP token at POST /v1/auth/exchange to receive {access_token, refresh_token, expires_in}.',
    async () => {
      expect(await exchanged()).toMatchObject({
        access_token: expect.stringMatching(/^ey/),
        refresh_token: expect.stringMatching(/^namsrefresh_/),
        expires_in: 3600,
        workspaces: [{ workspace_id: ada.workspaceId, token: expect.stringMatching(/^ey/) }],
      });
    },
  );
  page.promise('2. Use the access token like a static key.', async () => {
    const { access_token, workspaces } = await exchanged();
    for (const token of [access_token, workspaces[0].token]) {
      const { status, json } = await stack.send('GET /v1/entities', { headers: bearer(token) });
      expect(status).toBe(200);
      expect(json).toMatchObject({ tenant_id: ada.tenantId, workspace_id: ada.workspaceId });
    }
  });
  page.promise('3. Before it expires, call auth.refreshAccessToken(refresh_token) to rotate.', async () => {
    const { access_token, refresh_token } = await exchanged();
    // As the client sends it, beside the token that it has; as the description has it; and as OAuth has it.
    let token = refresh_token;
    for (const [field, headers] of [
      ['refreshToken', bearer(access_token)],
      ['refreshToken', bearer('an.expired.token')],
      ['refresh_token', {}],
    ] as const) {
      const { status, json } = await stack.send('POST /v1/auth/refresh', {
        headers,
        json: { [field]: token },
      });
      expect(status).toBe(200);
      expect(json).toMatchObject({ token: json.access_token, expires_in: 3600 });
      expect((await stack.send('GET /v1/entities', { headers: bearer(json.access_token) })).status).toBe(200);
      token = json.refresh_token;
    }
  });
  page.aside('The clients support a tokenProvider callback', 'token_provider=get_token, )');
  page.aside('Discovery endpoints', 'The service implements the standard MCP / OAuth discovery endpoints:');
  page.promise('GET /.well-known/oauth-protected-resource — RFC 9728', async () => {
    const { status, json } = await stack.send('GET /.well-known/oauth-protected-resource');
    expect(status).toBe(200);
    expect(json).toMatchObject({ resource: stack.url, authorization_servers: [stack.url] });
    const refused = await stack.send('GET /v1/entities');
    expect(refused.headers['www-authenticate']).toBe(stack.challenge);
  });
  page.promise('GET /.well-known/oauth-authorization-server — RFC 8414', async () => {
    const { status, json } = await stack.send('GET /.well-known/oauth-authorization-server');
    expect(status).toBe(200);
    expect(json).toMatchObject({ issuer: stack.url, jwks_uri: `${stack.url}/.well-known/jwks.json` });
  });
  page.promise('GET /.well-known/jwks.json — JWT signing keys', async () => {
    const { status, json } = await stack.send('GET /.well-known/jwks.json');
    expect(status).toBe(200);
    expect(json.keys.length).toBeGreaterThan(0);
    for (const key of json.keys)
      expect(key).toMatchObject({ kty: 'EC', use: 'sig', kid: expect.any(String) });
  });
  page.aside('Rotation policy');
  page.promise('Static keys expire after 90 days.', async () => {
    for (const fields of [
      { expiresInDays: 91 },
      { expiresInDays: null },
      { expiresAt: '2099-01-01T00:00:00Z' },
    ]) {
      const response = await call(`POST ${KEYS}`, { label: 'too long', ...fields });
      expect([response.status, response.json.errors[0].field]).toEqual([400, Object.keys(fields)[0]]);
    }
    const { id } = await create({ expiresInDays: 7 });
    const { createdAt, expiresAt } = await one(id);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(7 * 86_400_000);
  });
  page.promise(
    'Set a calendar reminder, or automate rotation with the auth API and a CI cron job.',
    async () => {
      const { id, key } = await create();
      const rotated = await call(`POST ${KEYS}/${id}/rotate`);
      expect(rotated.status).toBe(200);
      expect(rotated.json).toMatchObject({ id, key: expect.stringMatching(/^nams_/), label: 'ci-runner' });
      expect((await stack.send('GET /v1/entities', { headers: bearer(key) })).status).toBe(401);
      const fresh = await stack.send('GET /v1/entities', { headers: bearer(rotated.json.key) });
      expect(fresh.status).toBe(200);
      await call(`DELETE ${KEYS}/${id}`);
      expect((await call(`POST ${KEYS}/${id}/rotate`)).status).toBe(410);
    },
  );
  test('a job that creates the next key and revokes its own goes on beyond day 90', async () => {
    const old = await create({ scopes: ['admin'] });
    // Its last minute.
    const row = await stack.table.get(keyRowKey(ada.tenantId, old.id));
    const end = Math.floor(Date.now() / 1000) + 60;
    await stack.table.update(keyRecordKey(row?.locator?.S ?? ''), {
      UpdateExpression: 'SET xa = :end',
      ExpressionAttributeValues: { ':end': { N: String(end) } },
    });
    const json = { label: 'ci-runner', scopes: ['admin'] };
    const created = await stack.send(`POST ${KEYS}`, { headers: bearer(old.key), json });
    const { id, key, createdAt, expiresAt } = created.json;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(NINETY_DAYS);
    expect((await stack.send(`DELETE ${KEYS}/${old.id}`, { headers: bearer(key) })).status).toBe(200);
    expect((await stack.send(`POST ${KEYS}/${id}/rotate`, { headers: bearer(key) })).status).toBe(200);
  });
  page.promise(
    'The plaintext is returned only at creation time — the SDK’s revealApiKey() works only for keys you already created in the same workspace.',
    async () => {
      const { id } = await create();
      const reveal = (key: string, workspace: string) =>
        call(`GET ${KEYS}/${key}/reveal?workspace_id=${workspace}`);
      // Keys are stored as hashes: that there is such a key is all that can still be told.
      const own = await reveal(id, ada.workspaceId);
      expect([own.status, own.json.error]).toEqual([410, expect.stringMatching(/stored as a hash/)]);
      expect((await reveal(other.keyId, ada.workspaceId)).status).toBe(404);
      expect((await reveal(id, other.workspaceId)).status).toBe(404);
      await call(`DELETE ${KEYS}/${id}`);
      expect((await reveal(id, ada.workspaceId)).status).toBe(410);
    },
  );
  page.allIsAccountedFor();
});

describe('what the service’s own client takes for granted', () => {
  test('it connects by listing a conversation; an error is a string in `error`, and its id is in a header', async () => {
    const wrong = await stack.send('GET /v1/conversations?limit=1', { headers: bearer('nams_wrong') });
    expect(wrong.status).toBe(401);
    expect(wrong.json.error).toBe('The API key or token is invalid.');
    expect(wrong.headers['x-request-id']).toBe(wrong.json.request_id);
    expect(wrong.headers['x-amzn-requestid']).toBeDefined();
  });

  test('a rotation without body and without content type, as curl -X POST sends it', async () => {
    const { id } = await create();
    const response = await stack.send(`POST ${KEYS}/${id}/rotate`, { headers: bearer(ada.apiKey) });
    expect(response.status).toBe(200);
  });

  test('revoking a key ends the JWTs that were issued from it', async () => {
    const { id, key } = await create();
    const { access_token } = (await stack.send('POST /v1/auth/token', { headers: bearer(key) })).json;
    expect((await stack.send('GET /v1/entities', { headers: bearer(access_token) })).status).toBe(200);
    await call(`DELETE ${KEYS}/${id}`);
    expect((await stack.send('GET /v1/entities', { headers: bearer(access_token) })).status).toBe(401);
  });

  test('somebody else’s key is a 404, never a 403, whatever is asked of it', async () => {
    for (const target of [
      `GET ${KEYS}/${other.keyId}`,
      `DELETE ${KEYS}/${other.keyId}`,
      `POST ${KEYS}/${other.keyId}/rotate`,
      `GET ${KEYS}/${other.keyId}/reveal`,
    ]) {
      const foreign = await call(target);
      const unknown = await call(target.replace(other.keyId, 'key_nobodys'));
      expect([foreign.status, foreign.json.error]).toEqual([404, unknown.json.error]);
    }
  });

  test.each(['query', 'body', 'header'])(
    'a workspace in the %s: one’s own works, another’s is a 404',
    async (place) => {
      for (const [workspace, works] of [
        [ada.workspaceId, true],
        [other.workspaceId, false],
        ['no-such-workspace', false],
        ['x'.repeat(64), false],
      ] as const) {
        const headers = {
          ...bearer(ada.apiKey),
          ...(place === 'header' ? { 'X-Workspace-Id': workspace } : {}),
        };
        const [target, json] =
          place === 'query'
            ? [`GET ${KEYS}?workspace_id=${workspace}`, undefined]
            : [`POST ${KEYS}`, { label: 'w', ...(place === 'body' ? { workspaceId: workspace } : {}) }];
        const response = await stack.send(target, { headers, ...(json === undefined ? {} : { json }) });
        expect([workspace, response.status]).toEqual([
          workspace,
          works ? (place === 'query' ? 200 : 201) : 404,
        ]);
        if (place === 'header') {
          const passed = await stack.send('GET /v1/entities', { headers });
          expect([workspace, passed.status]).toEqual([workspace, works ? 200 : 404]);
        }
      }
      for (const key of await listed()) if (key.label === 'w') await call(`DELETE ${KEYS}/${key.id}`);
    },
  );

  test('a person’s list takes any workspace of the tenant and no other', async () => {
    const headers = bearer(await stack.logIn(ada));
    const list = (workspace: string) => stack.send(`GET ${KEYS}?workspace_id=${workspace}`, { headers });
    expect((await list(ada.workspaceId)).json.keys.length).toBeGreaterThan(0);
    expect((await list(other.workspaceId)).status).toBe(404);
    expect((await list('')).status).toBe(400);
  });

  test.each([
    ['a label that is no text', { label: 7 }, 'label'],
    ['no label', {}, 'label'],
    ['both names of a field', { label: 'a', name: 'b' }, 'name'],
    ['a workspace that is no text', { label: 'a', workspaceId: {} }, 'workspaceId'],
    ['scopes that are one text', { label: 'a', scopes: 'read' }, 'scopes'],
    ['a scope that there is not', { label: 'a', scopes: ['fly'] }, 'scopes'],
    ['an unknown field', { label: 'a', colour: 'red' }, 'colour'],
  ])('%s is a 400 that names the field as it was written', async (_case, body, field) => {
    const response = await call(`POST ${KEYS}`, body);
    expect([response.status, response.json.errors?.[0]?.field.split('[')[0]]).toEqual([400, field]);
    expect(response.json.error).toContain(field);
  });
});
