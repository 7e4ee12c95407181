import { setTimeout as sleep } from 'node:timers/promises';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  inSeconds,
  PASSWORD,
  startTestStack,
  type TestStack,
  untilPast,
} from '../support/stack.ts';
import { type CurlResponse, Page } from './page.ts';

const EMAIL = 'ada@example.com';

let stack: TestStack;
/** Who types the page's commands, in the page's order. */
let onboarded: CurlResponse;
let ada: Account;
let token: string;

const page = new Page('memgraph', 'https://api.memgraph.ai', () => stack);
const LOGIN = /auth\/login/;
/** The page masks the first field; its name is the one that the onboarding has, or OAuth's. */
const login = (field: string) => ({
  '"[email protected]&': `"${field}=${EMAIL}&`,
  'YourPassword123!': PASSWORD,
});

beforeAll(async () => {
  stack = await startTestStack({ profile: 'memgraph' });
  onboarded = await page.run(/auth\/onboard/, { '[email protected]': EMAIL });
  const { tenant_id, user_id, workspace_id, key_id, api_key } = onboarded.body;
  ada = {
    email: EMAIL,
    tenantId: tenant_id,
    userId: user_id,
    workspaceId: workspace_id,
    keyId: key_id,
    apiKey: api_key,
  };
  token = (await page.run(LOGIN, login('email'))).body.access_token;
});
afterAll(() => stack?.stop());

const decoded = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));

describe('the page in commands', () => {
  page.command(/auth\/onboard/, async (run) => {
    expect(onboarded.status).toBe(201);
    const { status, body } = await run({ '[email protected]': 'grace@example.com' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      tenant_id: expect.stringMatching(/^[\da-f-]{36}$/),
      api_key: expect.stringMatching(/^mg_live_\w+$/),
      user_id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });
  page.command(/POST .*api-keys/, async (run) => {
    const { status, body } = await run({ YOUR_JWT_TOKEN: token });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'production-key', key: expect.stringMatching(/^mg_live_\w+$/) });
    // All that its maker may, but nothing that manages.
    expect(body.scopes).toEqual(['read', 'write', 'delete']);
  });
  page.command(/^curl https:\S+api-keys -H/, async (run) => {
    const { status, body } = await run({ YOUR_JWT_TOKEN: token });
    expect(status).toBe(200);
    expect(body.data.map(({ id }: { id: string }) => id)).toContain(ada.keyId);
  });
  page.command(/DELETE/, async (run) => {
    const { id, key } = await stack.createKey(token);
    expect((await stack.send('GET /v1/stats', { headers: apiKey(key) })).status).toBe(200);
    expect((await run({ KEY_ID: id, YOUR_JWT_TOKEN: token })).status).toBe(200);
    const { status, headers, body } = await page.run(/v1\/stats/, { mg_live_your_key_here: key });
    expect([status, headers['www-authenticate']]).toEqual([401, stack.challenge]);
    expect(body.detail).toMatch(/revoked/);
    // Another's key, and none at all, are one answer.
    const other = await stack.onboard();
    for (const foreign of [other.keyId, 'key_none']) {
      expect((await run({ KEY_ID: foreign, YOUR_JWT_TOKEN: token })).status).toBe(404);
    }
  });
  page.command(/v1\/stats/, async (run) => {
    const { status, body } = await run({ mg_live_your_key_here: ada.apiKey });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant_id: ada.tenantId,
      workspace_id: ada.workspaceId,
      scopes: ['read', 'write', 'delete'],
    });
    expect(body.request.headers['x-latchkey-tenant']).toBe(ada.tenantId);
    expect(JSON.stringify(body)).not.toContain(ada.apiKey);
  });
  page.command(LOGIN, async (run) => {
    for (const field of ['email', 'username']) {
      const { status, body } = await run(login(field));
      expect(status).toBe(200);
      expect(body).toMatchObject({ access_token: expect.stringMatching(/^eyJ/), token_type: 'bearer' });
    }
  });
  page.command(/auth\/me/, async (run) => {
    const { status, body } = await run({ 'eyJhbGciOiJIUzI1NiIs...': token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant_id: ada.tenantId, email: EMAIL, role: 'admin' });
  });
});

describe('the page in words', () => {
  page.aside('Authentication Memgraph supports two authentication methods:', 'server-to-server access.');
  page.promise('Keys are prefixed with mg_ and are scoped to a single tenant.', async () => {
    const other = await stack.onboard();
    for (const { apiKey: key, tenantId } of [ada, other]) {
      expect(key).toMatch(/^mg_live_[0-9A-Za-z]{50}$/);
      const { json } = await stack.send('GET /v1/stats', { headers: apiKey(key) });
      expect(json.tenant_id).toBe(tenantId);
    }
  });
  page.aside('Getting an API key');
  page.promise('An API key is automatically generated when you onboard:', async () => {
    expect((await stack.send('GET /v1/stats', { headers: apiKey(ada.apiKey) })).status).toBe(200);
  });
  page.promise(
    '# Response: # { # "tenant_id": "uuid-here", # "api_key": "mg_live_abc123...", # "user_id": "uuid-here" # }',
    async () => {
      expect(Object.keys(onboarded.body)).toEqual(
        expect.arrayContaining(['tenant_id', 'api_key', 'user_id']),
      );
    },
  );
  page.notYet('dashboard', 'You can also create additional keys from the dashboard or via API:');
  page.promise('# Create a new API key (requires JWT auth)', async () => {
    const { key } = await stack.createKey(token, { scopes: ['read', 'write', 'delete', 'admin'] });
    const response = await stack.send('POST /v1/api-keys', { headers: apiKey(key), json: { name: 'x' } });
    expect([response.status, response.json.code]).toEqual([403, 'user_required']);
  });
  page.aside('# List keys # Revoke a key Using the API key');
  page.promise('Pass the key in the X-API-KEY header:', async () => {
    for (const name of ['X-API-KEY', 'x-api-key', 'X-Api-Key']) {
      expect((await stack.send('GET /v1/stats', { headers: { [name]: ada.apiKey } })).status).toBe(200);
    }
  });
  page.aside('from memgraph_sdk import', 'include the X-API-KEY header');
  page.promise('Security: API keys are hashed with SHA-256 before storage.', async () => {
    const { key } = await stack.createKey(token);
    expect(stack.lines.join('\n')).not.toContain(key);
  });
  page.promise('The plaintext key is only returned once at creation time.', async () => {
    const { key, id } = await stack.createKey(token);
    for (const target of ['GET /v1/api-keys', `GET /v1/api-keys/${id}`]) {
      expect((await stack.send(target, { headers: bearer(token) })).text).not.toContain(key);
    }
  });
  page.promise('If you lose it, generate a new one.', async () => {
    const { id, key } = await stack.createKey(token);
    const rotated = await stack.send(`POST /v1/api-keys/${id}/rotate`, { headers: bearer(token) });
    expect(rotated.json.key).not.toBe(key);
    const fresh = await stack.send('GET /v1/stats', { headers: apiKey(rotated.json.key) });
    expect(fresh.status).toBe(200);
  });
  page.aside('JWT Bearer Token JWT tokens are used for', 'user-facing sessions.');
  page.promise('Tokens are signed with HS256 and expire after 7 days by default.', async () => {
    const [header, claims] = decoded(token);
    expect(header.alg).toBe('HS256');
    expect(claims.exp - claims.iat).toBe(7 * 86_400);
  });
  page.promise(
    'Getting a token # Response: # { # "access_token": "eyJhbGciOiJIUzI1NiIs...", # "token_type": "bearer" # }',
    async () => {
      const { body } = await page.run(LOGIN, login('email'));
      expect(body).toMatchObject({ access_token: expect.stringMatching(/^eyJ/), token_type: 'bearer' });
    },
  );
  page.aside('Using the token');
  page.promise('# Returns your user profile with tenant_id, email, role', async () => {
    const { json } = await stack.send('GET /v1/auth/me', { headers: bearer(token) });
    expect(json).toMatchObject({ tenant_id: ada.tenantId, email: EMAIL, role: 'admin' });
  });
  page.aside('Roles (RBAC) Memgraph uses role-based', '|---|---|---|');
  page.promise(
    'admin | 3 | Full access. Export/import, manage users, manage API keys, tenant settings. |',
    async () => {
      for (const [target, body, status] of [
        ['GET /v1/admin/export', undefined, 200],
        ['POST /v1/admin/import', '{"type":"workspace","id":"moved","name":"Moved"}', 200],
        ['GET /v1/users', undefined, 200],
        ['POST /v1/users', JSON.stringify({ email: 'hopper@example.com', password: PASSWORD }), 201],
        ['GET /v1/api-keys', undefined, 200],
        ['PATCH /v1/tenant', '{"sector":"Research"}', 200],
        ['DELETE /v1/events/1', undefined, 200],
      ] as const) {
        const response = await stack.send(target, { headers: bearer(token), ...(body ? { body } : {}) });
        expect([target, response.status]).toEqual([target, status]);
      }
    },
  );
  for (const [sentence, role, statuses] of [
    [
      'editor | 2 | Read/write events, beliefs, episodes. Cannot export or manage tenant. |',
      'editor',
      { GET: 200, POST: 200, DELETE: 200 },
    ],
    [
      'viewer | 1 | Read-only access to events, beliefs, episodes, and stats. |',
      'viewer',
      { GET: 200, POST: 403, DELETE: 403 },
    ],
  ] as const) {
    page.promise(sentence, async () => {
      const headers = bearer(await personOf(role));
      for (const thing of ['events', 'beliefs', 'episodes']) {
        for (const [method, status] of Object.entries(statuses)) {
          const target = `${method} /v1/${thing}`;
          expect([target, (await stack.send(target, { headers })).status]).toEqual([target, status]);
        }
      }
      expect((await stack.send('GET /v1/stats', { headers })).status).toBe(200);
      for (const target of [
        'GET /v1/admin/export',
        'POST /v1/admin/import',
        'GET /v1/users',
        'GET /v1/api-keys',
        'POST /v1/api-keys',
        'PATCH /v1/tenant',
      ]) {
        expect([target, (await stack.send(target, { headers })).status]).toEqual([target, 403]);
      }
    });
  }
  page.promise(
    'The user who creates a tenant via onboard is automatically assigned the admin role.',
    async () => {
      const headers = bearer(await stack.logIn(await stack.onboard()));
      expect((await stack.send('GET /v1/auth/me', { headers })).json.role).toBe('admin');
    },
  );
  page.promise(
    'Roles are enforced on protected endpoints (e.g., /v1/admin/export requires admin).',
    async () => {
      const account = await stack.onboard();
      for (const path of ['/v1/admin/export', '/v1/admin/export/']) {
        const response = await stack.send(`GET ${path}`, { headers: apiKey(account.apiKey) });
        expect([path, response.status]).toEqual([path, 403]);
        expect(response.json).toMatchObject({
          type: 'authorization_error',
          code: 'insufficient_scope',
          detail: 'Insufficient scope. Required: admin',
        });
        const headers = bearer(await stack.logIn(account));
        expect([path, (await stack.send(`GET ${path}`, { headers })).status]).toEqual([path, 200]);
      }
    },
  );
  page.promise(
    'Auth Priority When both API key and JWT token are provided, the resolution order is: - JWT Bearer token — checked first (user session takes priority) - X-API-KEY header — checked second (SDK / programmatic access)',
    async () => {
      const other = await stack.onboard();
      const both = { ...bearer(token), ...apiKey(other.apiKey) };
      const me = await stack.send('GET /v1/auth/me', { headers: both });
      expect(me.json).toMatchObject({ kind: 'user', tenant_id: ada.tenantId });
      const bad = { ...bearer(`${token.slice(0, -4)}AAAA`), ...apiKey(other.apiKey) };
      expect((await stack.send('GET /v1/auth/me', { headers: bad })).status).toBe(401);
      const key = await stack.send('GET /v1/auth/me', { headers: apiKey(other.apiKey) });
      expect(key.json).toMatchObject({ kind: 'key', tenant_id: other.tenantId });
    },
  );
  page.promise(
    '- No auth — rejected with 401, except in development mode where anonymous access is allowed',
    async () => {
      const response = await stack.send('GET /v1/stats');
      expect([response.status, response.headers['www-authenticate']]).toEqual([401, stack.challenge]);
      expect(response.json.detail).toMatch(/Authentication required/);
      const open = await startTestStack({ profile: 'memgraph', config: { anonymous: true } });
      try {
        expect((await open.send('GET /v1/stats')).status).toBe(200);
        // A viewer, and nobody where there is a credential that is none.
        expect((await open.send('POST /v1/events')).status).toBe(403);
        for (const bad of [
          apiKey('mg_live_wrong'),
          apiKey(''),
          bearer('undefined'),
          { authorization: 'Basic YTpi' },
          { authorization: '' },
        ])
          expect([bad, (await open.send('GET /v1/stats', { headers: bad })).status]).toEqual([bad, 401]);
        // Of our own rows those that read, in a tenant that nobody else is in.
        await open.onboard();
        const { json } = await open.send('GET /v1/auth/whoami');
        expect(json.tenant_id).toBe('anonymous');
        for (const path of ['/v1/workspaces', '/v1/usage', '/v1/tenant', '/v1/auth/me'])
          expect([path, (await open.send(`GET ${path}`)).status]).toEqual([
            path,
            expect.toSatisfy((status) => status < 500),
          ]);
        expect((await open.send('GET /v1/workspaces')).json.data ?? []).toEqual([]);
        for (const path of [
          '/v1/api-keys',
          '/v1/users',
          '/v1/audit',
          '/v1/admin/export',
          '/v1/auth/sessions',
        ])
          expect([path, (await open.send(`GET ${path}`)).status]).toEqual([path, 403]);
      } finally {
        await open.stop();
      }
    },
  );
  page.aside('Public Endpoints');
  page.promise(
    'These endpoints do not require authentication: GET /healthHealth check with DB connectivity',
    async () => {
      const { status, json } = await stack.send('GET /health');
      expect([status, json.checks.database]).toEqual([200, 'ok']);
    },
  );
  page.promise('GET /metricsPrometheus metrics', async () => {
    const { status, headers, text } = await stack.send('GET /metrics');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(parsePrometheus(text).map(({ name }) => name)).toEqual([
      'latchkey_tenants',
      'latchkey_users',
      'latchkey_api_keys',
      'latchkey_decisions_total',
      'latchkey_build_info',
    ]);
  });
  page.promise('POST /v1/auth/onboardCreate account + tenant POST /v1/auth/loginGet JWT token', async () => {
    const json = { email: 'public@example.com', password: PASSWORD };
    expect((await stack.send('POST /v1/auth/onboard', { json })).status).toBe(201);
    expect((await stack.send('POST /v1/auth/login', { json })).status).toBe(200);
  });
  page.allIsAccountedFor();
});

describe('the metrics', () => {
  let quiet: TestStack;
  beforeAll(async () => {
    quiet = await startTestStack({ profile: 'memgraph' });
  });
  afterAll(() => quiet?.stop());

  /** What Prometheus would read, once the stream has been followed and the answer is not a kept one. */
  const scrape = async () => {
    await quiet.local.idle();
    await sleep(5100);
    const { text } = await quiet.send('GET /metrics');
    return Object.fromEntries(
      parsePrometheus(text)
        .filter(({ name }) => name !== 'latchkey_decisions_total')
        .flatMap(({ name, metrics }) =>
          metrics.map(({ value, labels }): [string, number] => [
            labels?.state === undefined ? name : `${name} ${labels.state}`,
            Number(value),
          ]),
        ),
    );
  };
  const counts = (tenants: number, users: number, [active, disabled, revoked]: readonly number[]) => ({
    latchkey_tenants: tenants,
    latchkey_users: users,
    'latchkey_api_keys active': active,
    'latchkey_api_keys disabled': disabled,
    'latchkey_api_keys revoked': revoked,
    latchkey_build_info: 1,
  });

  test('count tenants, people and keys by state, as they come and go', async () => {
    expect(await scrape()).toEqual(counts(0, 0, [0, 0, 0]));
    const [one] = [await quiet.onboard(), await quiet.onboard()];
    const headers = bearer(await quiet.logIn(one));
    const keys = [];
    for (let index = 0; index < 4; index += 1)
      keys.push(await quiet.createKey(headers.authorization.slice(7)));
    const enable = (id: string, enabled: boolean) =>
      quiet.send(`PATCH /v1/api-keys/${id}`, { headers, json: { enabled } });
    await enable(keys[0].id, false);
    await enable(keys[1].id, false);
    await enable(keys[1].id, true);
    await quiet.send(`DELETE /v1/api-keys/${keys[2].id}`, { headers });
    await enable(keys[3].id, false);
    await quiet.send(`DELETE /v1/api-keys/${keys[3].id}`, { headers });
    // Uses of a key change nothing.
    for (let use = 0; use < 3; use += 1) await quiet.send('GET /v1/stats', { headers: apiKey(keys[1].key) });
    expect(await scrape()).toEqual(counts(2, 2, [3, 1, 2]));
  });

  test('count decisions by outcome, as CloudWatch has them', async () => {
    const fresh = await startTestStack({ profile: 'memgraph' });
    try {
      const account = await fresh.onboard();
      const token = await fresh.logIn(account);
      const { key } = await fresh.createKey(token, { scopes: ['read'] });
      await fresh.send('GET /v1/stats', { headers: apiKey(key) });
      await fresh.send('DELETE /v1/events/1', { headers: apiKey(key) });
      await fresh.send('GET /v1/stats');
      fresh.local.pauseDynamodb();
      await fresh.send('GET /v1/stats', { headers: apiKey(key) });
      fresh.local.resumeDynamodb();
      // They are counted by lines, which may come after the answers; what /metrics has read once it repeats.
      const counted = () =>
        fresh.local
          .figures()
          .filter(({ name, dimensions }) => name === 'Decisions' && dimensions.startsWith('outcome='))
          .reduce((all, { sum }) => all + sum, 0);
      await vi.waitFor(() => expect(counted()).toBe(5), 20_000);
      const { text } = await fresh.send('GET /metrics');
      const decisions = parsePrometheus(text).find(({ name }) => name === 'latchkey_decisions_total');
      expect([
        decisions?.type,
        Object.fromEntries(decisions?.metrics.map(({ labels, value }) => [labels?.outcome, value]) ?? []),
      ]).toEqual([
        'COUNTER',
        {
          allowed: '2',
          observed: '0',
          limited: '0',
          misdirected: '0',
          forbidden: '1',
          refused: '1',
          failed: '1',
        },
      ]);
    } finally {
      await fresh.stop();
    }
  });

  test('take no credential and tell nothing of a tenant', async () => {
    const account = await quiet.onboard();
    const { text } = await quiet.send('GET /metrics');
    for (const secret of [account.tenantId, account.email, account.apiKey])
      expect(text).not.toContain(secret);
    expect((await quiet.send('POST /metrics')).headers.allow).toBe('GET, HEAD');
  });
});

describe('what else the page implies', () => {
  test('a key that has expired is told so', async () => {
    const end = inSeconds(6);
    const { key } = await stack.createKey(token, { expires_at: end });
    expect((await stack.send('GET /v1/stats', { headers: apiKey(key) })).status).toBe(200);
    await untilPast(end);
    const response = await stack.send('GET /v1/stats', { headers: apiKey(key) });
    expect([response.status, response.json.detail]).toEqual([401, expect.stringMatching(/expired/)]);
  });

  test('the client reads errors from `detail`, and a 429 has a whole number of seconds', async () => {
    const { apiKey: key } = await stack.onboard();
    const call = () => stack.send('GET /v1/stats', { headers: apiKey(key) });
    const calls = await Promise.all(Array.from({ length: 101 }, call));
    // The 101 calls may have met the edge of a window; another hundred then lie behind it.
    const response = calls.find(({ status }) => status === 429) ?? (await callUntilRefused(key));
    expect(response.status).toBe(429);
    expect(response.headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(response.json.detail).toMatch(/^Rate limit exceeded. Try again in \d+ seconds?\.$/);
  });

  test.each(['GET /v1/auth', 'GET /v1/auth/unknown/thing', 'GET /', 'GET /elsewhere'])(
    "%s is a 404 in the profile's shape, and never the upstream's",
    async (target) => {
      const response = await stack.send(target);
      expect(response.status).toBe(404);
      expect(response.json).toMatchObject({ type: 'not_found_error', code: 'not_found', status: 404 });
      expect(response.json.request_id).toBe(response.headers['x-request-id']);
    },
  );

  test.each(['PUT /v1/auth/login', 'GET /v1/auth/login', 'POST /health'])(
    "%s is a 405 in the profile's shape, and never the upstream's",
    async (target) => {
      const response = await stack.send(target);
      expect(response.status).toBe(405);
      expect(response.json).toMatchObject({ code: 'method_not_allowed', status: 405 });
      expect(response.headers.allow).not.toContain(target.split(' ')[0]);
    },
  );
});

/** No route changes a role yet, so a session's record is changed. */
async function personOf(role: string): Promise<string> {
  const email = `${role}@example.com`;
  const headers = bearer(token);
  const created = await stack.send('POST /v1/users', { headers, json: { email, password: PASSWORD, role } });
  expect(created.status).toBe(201);
  return stack.logIn({ ...ada, email });
}

async function callUntilRefused(key: string) {
  for (let call = 0; ; call += 1) {
    const response = await stack.send('GET /v1/stats', { headers: apiKey(key) });
    if (response.status === 429 || call > 100) return response;
  }
}
