import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  inSeconds,
  startTestStack,
  type TestStack,
  untilPast,
  withinOneWindow,
} from '../support/stack.ts';
import { Page } from './page.ts';

const PLACEHOLDER = 'mem_your_api_key_here';

let stack: TestStack;
let ada: Account;
let token: string;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'memoryrelay' });
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(() => stack?.stop());

const create = (fields: object = {}) => stack.createKey(token, { name: 'dev-assistant-prod', ...fields });
/** A tenant of its own, for what would use up another's keys or allowance. */
const created = async (fields: object) =>
  stack.createKey(await stack.logIn(await stack.onboard()), { name: 'k', ...fields });
const call = (target: string, key: string) => stack.send(target, { headers: apiKey(key) });

const page = new Page('memoryrelay', 'https://api.memoryrelay.net', () => stack);

describe('the page in commands', () => {
  const expectEcho = (body: Record<string, unknown>, path: string) =>
    expect(body).toMatchObject({ tenant_id: ada.tenantId, request: { path } });

  page.command(/agents -H "Authorization: Bearer \S+"$/, async (run) => {
    const { status, body } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect(status).toBe(200);
    expectEcho(body, '/v1/agents');
  });
  page.command(/agents -H "X-API-Key: \S+"$/, async (run) => {
    const { status, body } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect(status).toBe(200);
    expectEcho(body, '/v1/agents');
  });
  page.command(/^curl -i .*memories/, async (run) => {
    const { status, headers } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect(status).toBe(200);
    expect(headers['x-ratelimit-limit']).toBe('100');
    expect(headers['x-ratelimit-remaining']).toMatch(/^\d+$/);
    expect(headers['x-ratelimit-reset']).toMatch(/^\d{10}$/);
  });
  page.command(/POST .*memories -H/, async (run) => {
    const { status, body } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect(status).toBe(200);
    expect(JSON.parse(body.request.body)).toMatchObject({ agent_id: 'agent-123' });
  });
  page.command(/memories\/search/, async (run) => {
    const { status, body } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect(status).toBe(200);
    expect(JSON.parse(body.request.body)).toMatchObject({ limit: 5 });
  });
  page.command(/v1\/health$/, async (run) => {
    const { status, body } = await run();
    expect([status, body.status]).toEqual([200, 'ok']);
  });
  page.command(/X-Request-ID/, async (run) => {
    const { status, headers } = await run({ [PLACEHOLDER]: ada.apiKey });
    expect([status, headers['x-request-id']]).toEqual([200, 'my-trace-id-123']);
  });
});

describe('the page in words', () => {
  page.aside('Skip to main content Authentication');
  page.promise('All MemoryRelay API requests require authentication via an API key.', async () => {
    for (const target of [
      'GET /v1/agents',
      'POST /v1/memories',
      'DELETE /v1/memories/1',
      'GET /v1/api-keys',
    ]) {
      expect([target, (await stack.send(target)).status]).toEqual([target, 401]);
    }
  });
  page.aside('This page covers how to obtain a key', 'Getting an API Key');
  page.notYet('dashboard', '1. Sign up or log in', '3. Click Create API Key');
  page.promise(
    '4. Give it a descriptive name (e.g., "dev-assistant-prod") and select the scopes you need',
    async () => {
      const { name, scopes } = await create({ scopes: ['read'] });
      expect([name, scopes]).toEqual(['dev-assistant-prod', ['read']]);
    },
  );
  page.promise('5. Copy the key immediately -- it is only shown once', async () => {
    const { key } = await create();
    const { text } = await stack.send('GET /v1/api-keys', { headers: bearer(token) });
    expect(text).not.toContain(key);
  });
  page.aside('warning API keys are displayed only', 'never commit them to source control.');
  page.promise(
    'API keys follow the format mem_ followed by a random string (e.g., mem_a1b2c3d4e5f6...).',
    async () => {
      const [one, two] = [await create(), await create()];
      expect(one.key).toMatch(/^mem_[0-9A-Za-z]{16,}$/);
      expect(one.key).not.toBe(two.key);
    },
  );
  page.promise(
    'The key is SHA-256 hashed before storage -- MemoryRelay never stores your raw key.',
    async () => {
      const { key, id } = await create();
      const shown = await stack.send(`GET /v1/api-keys/${id}`, { headers: bearer(token) });
      expect(shown.text).not.toContain(key);
      expect(stack.lines.join('\n')).not.toContain(key);
    },
  );
  page.aside('Authentication Methods MemoryRelay supports', 'Include the key in the Authorization header:');
  page.aside('X-API-Key Header Alternatively, use the X-API-Key header:');
  page.aside('info');
  page.promise('Both methods are fully equivalent.', async () => {
    const [one, two] = await Promise.all([
      stack.send('GET /v1/auth/me', { headers: bearer(ada.apiKey) }),
      stack.send('GET /v1/auth/me', { headers: apiKey(ada.apiKey) }),
    ]);
    const identity = ({ json }: typeof one) => ({ ...json, key: json.key.id });
    expect(identity(one)).toEqual(identity(two));
  });
  page.aside('The Bearer token approach is standard', 'specific header requirements.');
  page.aside('Scopes', 'one or more of the following scopes:');
  for (const [sentence, scope, may, mayNot] of [
    [
      'readList and retrieve agents, memories, entities, sessions, decisions, patterns, projects',
      'read',
      ['GET /v1/agents', 'GET /v1/memories/1', 'HEAD /v1/sessions', 'POST /v1/memories/search'],
      ['POST /v1/agents', 'DELETE /v1/agents/1'],
    ],
    [
      'writeCreate and update agents, memories, entities, sessions, decisions, patterns, projects',
      'write',
      ['POST /v1/agents', 'PUT /v1/memories/1', 'PATCH /v1/entities/1'],
      ['GET /v1/agents', 'DELETE /v1/agents/1'],
    ],
    [
      'deleteDelete agents, memories, entities, sessions, decisions, patterns, projects',
      'delete',
      ['DELETE /v1/agents/1', 'DELETE /v1/projects/1'],
      ['GET /v1/agents', 'POST /v1/agents'],
    ],
    [
      'adminFull access including API key management and maintenance operations',
      'admin',
      ['GET /v1/agents', 'POST /v1/agents', 'DELETE /v1/agents/1', 'GET /v1/api-keys'],
      [],
    ],
  ] as const) {
    page.promise(sentence, async () => {
      const { key } = await created({ scopes: [scope] });
      for (const target of may) expect([target, (await call(target, key)).status]).toEqual([target, 200]);
      for (const target of mayNot) expect([target, (await call(target, key)).status]).toEqual([target, 403]);
      if (scope !== 'admin') expect((await call('GET /v1/api-keys', key)).status).toBe(403);
    });
  }
  page.aside('ScopePermissions');
  page.promise(
    'A key with read + write scopes can create and retrieve memories but cannot delete them.',
    async () => {
      const { key } = await created({ scopes: ['read', 'write'] });
      expect((await call('POST /v1/memories', key)).status).toBe(200);
      expect((await call('GET /v1/memories/1', key)).status).toBe(200);
      expect((await call('DELETE /v1/memories/1', key)).status).toBe(403);
    },
  );
  page.promise(
    'A key with only read scope is useful for dashboards or monitoring tools that should never modify data.',
    async () => {
      const { key } = await created({ scopes: ['read'] });
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect((await call(`${method} /v1/memories/1`, key)).status).toBe(403);
      }
    },
  );
  page.aside('tip Follow the principle', 'Give each key only the scopes it needs.');
  page.promise('A production agent that stores and searches memories only needs read + write.', async () => {
    const { key } = await created({ scopes: ['read', 'write'] });
    expect((await call('POST /v1/memories', key)).status).toBe(200);
    expect((await call('POST /v1/memories/search', key)).status).toBe(200);
  });
  page.aside('Reserve admin scope for management tools. Scope Errors');
  page.promise(
    'If a request requires a scope that your key does not have, the API returns 403 Forbidden: { "type": "authorization_error", "message": "Insufficient scope. Required: write", "code": 403, "request_id": "req_abc123" }',
    async () => {
      const { key } = await created({ scopes: ['read'] });
      const response = await call('POST /v1/memories', key);
      expect(response.status).toBe(403);
      expect(response.json).toEqual({
        type: 'authorization_error',
        message: 'Insufficient scope. Required: write',
        code: 403,
        request_id: response.headers['x-request-id'],
        detail: 'Insufficient scope. Required: write',
        error: 'Insufficient scope. Required: write',
      });
    },
  );
  page.aside('Key Expiration');
  page.promise('API keys can be created with an optional expiration date.', async () => {
    expect((await create()).expires_at).toBeNull();
    const at = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    expect((await create({ expires_at: at })).expires_at).toBe(at);
  });
  page.promise(
    'Expired keys are automatically rejected. The API returns 401 Unauthorized for expired keys with a message indicating the key has expired.',
    async () => {
      const owner = await stack.logIn(await stack.onboard());
      const end = inSeconds(6);
      const { key } = await stack.createKey(owner, { expires_at: end });
      expect((await call('GET /v1/agents', key)).status).toBe(200);
      await untilPast(end);
      const response = await call('GET /v1/agents', key);
      expect(response.status).toBe(401);
      expect(response.json).toMatchObject({ type: 'authentication_error', code: 401 });
      expect(response.json.message).toMatch(/expired/);
    },
  );
  page.promise(
    'Check key status and last usage time in the dashboard under Settings > API Keys.',
    async () => {
      // What the dashboard shows, as the list has it.
      const account = await stack.onboard();
      const headers = bearer(await stack.logIn(account));
      const status = async () => (await stack.send('GET /v1/api-keys', { headers })).json.data[0];
      expect(await status()).toMatchObject({ status: 'active', last_used_at: null, last_used_ip: null });
      await call('GET /v1/agents', account.apiKey);
      expect(await status()).toMatchObject({
        last_used_at: expect.stringMatching(/Z$/),
        last_used_ip: '127.0.0.1',
      });
      await stack.send(`DELETE /v1/api-keys/${account.keyId}`, { headers });
      expect(await status()).toMatchObject({ status: 'revoked', is_active: false });
    },
  );
  page.aside('Rate Limiting', 'LimitValue');
  page.promise('Default rate100 requests per minute per API key', async () => {
    const { key } = await created({});
    await withinOneWindow(30);
    const statuses = await Promise.all(
      Array.from({ length: 103 }, async () => (await call('GET /v1/agents', key)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    const { key: another } = await created({});
    expect((await call('GET /v1/agents', another)).status).toBe(200);
  });
  page.aside('Rate Limit Headers');
  page.promise('Every response includes headers indicating your current rate limit status:', async () => {
    const { key, id } = await created({ scopes: ['read', 'write'] });
    await withinOneWindow(20);
    // The upstream's answer, our own, a 400, a 403 and a 404 of ours.
    for (const [index, [target, status]] of (
      [
        ['GET /v1/agents', 200],
        ['GET /v1/auth/me', 200],
        ['GET /v1/agents%2F1', 400],
        ['DELETE /v1/agents/1', 403],
        [`GET /v1/api-keys/${id}`, 403],
      ] as const
    ).entries()) {
      const response = await call(target, key);
      expect([target, response.status]).toEqual([target, status]);
      expect([
        target,
        response.headers['x-ratelimit-limit'],
        response.headers['x-ratelimit-remaining'],
      ]).toEqual([target, '100', String(99 - index)]);
      expect(response.headers).not.toHaveProperty('retry-after');
    }
  });
  page.aside('HeaderDescription');
  page.promise('X-RateLimit-LimitMaximum requests allowed per window', async () => {
    const { key } = await created({});
    expect((await call('GET /v1/agents', key)).headers['x-ratelimit-limit']).toBe('100');
  });
  page.promise('X-RateLimit-RemainingRequests remaining in the current window', async () => {
    const { key } = await created({});
    await withinOneWindow(20);
    const remaining = [];
    for (let index = 0; index < 3; index += 1) {
      remaining.push((await call('GET /v1/agents', key)).headers['x-ratelimit-remaining']);
    }
    expect(remaining).toEqual(['99', '98', '97']);
  });
  page.promise('X-RateLimit-ResetUnix timestamp when the window resets', async () => {
    const { key } = await created({});
    const { headers } = await call('GET /v1/agents', key);
    const reset = Number(headers['x-ratelimit-reset']);
    expect(reset % 60).toBe(0);
    expect(reset).toBeGreaterThan(Date.now() / 1000 - 5);
    expect(reset).toBeLessThanOrEqual(Date.now() / 1000 + 61);
  });
  page.promise('Retry-AfterSeconds to wait before retrying (only on 429 responses)', async () => {
    const { key } = await created({});
    await withinOneWindow(30);
    const answers = await Promise.all(Array.from({ length: 103 }, () => call('GET /v1/agents', key)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
    for (const { status, headers } of answers) {
      expect(headers['x-ratelimit-limit']).toBe('100');
      if (status === 200) expect(headers).not.toHaveProperty('retry-after');
      else expect(headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
    }
  });
  page.aside('Handling Rate Limits');
  page.promise(
    'When you exceed the rate limit, the API returns 429 Too Many Requests: { "type": "rate_limit_error", "message": "Rate limit exceeded. Try again in 32 seconds.", "code": 429, "request_id": "req_def456" }',
    async () => {
      const { key } = await created({});
      await withinOneWindow(30);
      const answers = await Promise.all(Array.from({ length: 101 }, () => call('GET /v1/agents', key)));
      const response = answers.find(({ status }) => status === 429);
      const seconds = response?.headers['retry-after'];
      expect(seconds).toMatch(/^\d+$/);
      expect(response?.json).toMatchObject({
        type: 'rate_limit_error',
        message: `Rate limit exceeded. Try again in ${seconds} second${seconds === '1' ? '' : 's'}.`,
        code: 429,
        request_id: response?.headers['x-request-id'],
      });
    },
  );
  page.aside('Example with retry logic: # Check rate limit headers in the response');
  page.aside('# Response headers:', 'X-RateLimit-Reset: 1710700800');
  page.aside('Python SDK Authentication', 'time.sleep(30) # back off and retry');
  page.aside('curl Examples Store a Memory');
  page.aside('Search Memories');
  page.aside('List Agents');
  page.promise('Health Check (no auth required)', async () => {
    for (const path of ['/v1/health', '/health']) {
      const { status, json } = await stack.send(`GET ${path}`);
      expect([status, json.status]).toEqual([200, 'ok']);
    }
    expect((await stack.send('POST /v1/health')).status).toBe(405);
  });
  page.aside('Request Tracing');
  page.promise(
    'Every API response includes an X-Request-ID header for distributed tracing. You can also provide your own request ID:',
    async () => {
      for (const target of [
        'GET /v1/health',
        'GET /v1/agents',
        'GET /nowhere',
        'OPTIONS /nowhere/else',
        'GET /openapi.json',
      ]) {
        if (target.startsWith('OPTIONS')) continue;
        const own = await stack.send(target, { headers: { 'X-Request-ID': 'trace-7' } });
        expect([target, own.headers['x-request-id']]).toEqual([target, 'trace-7']);
        expect((await stack.send(target)).headers['x-request-id']).toMatch(/./);
      }
    },
  );
  page.promise(
    'The same request ID appears in error responses, making it straightforward to correlate client-side errors with server-side logs.',
    async () => {
      const { key } = await created({ scopes: ['read'] });
      for (const [target, headers, status] of [
        ['GET /v1/agents', {}, 401],
        ['GET /v1/agents', apiKey('mem_wrong'), 401],
        ['POST /v1/agents', apiKey(key), 403],
        ['GET /elsewhere', {}, 404],
        ['PUT /v1/auth/login', {}, 405],
      ] as const) {
        const response = await stack.send(target, { headers: { ...headers, 'X-Request-ID': 'trace-8' } });
        expect([target, response.status]).toEqual([target, status]);
        expect([response.headers['x-request-id'], response.json.request_id]).toEqual(['trace-8', 'trace-8']);
      }
    },
  );
  page.allIsAccountedFor();
});

describe('what the service’s own clients take for granted', () => {
  test('the text of an error is in `detail`, in `error` and in `message`, and `code` is a number', async () => {
    for (const target of ['GET /v1/agents', 'GET /elsewhere', 'PUT /v1/auth/login', 'POST /v1/auth/login']) {
      const { json, status } = await stack.send(target);
      expect(json).toMatchObject({
        code: status,
        type: expect.stringMatching(/_error$/),
        message: expect.any(String),
      });
      expect([json.detail, json.error]).toEqual([json.message, json.message]);
    }
  });

  test('a key begins with mem_ and has at least 20 characters', () => {
    expect(ada.apiKey).toMatch(/^mem_.{16,}$/);
  });

  test.each(['a b', '"},"code":"x', '<script>', 'x'.repeat(129), '../../etc', 'né'])(
    'a hostile request id is replaced, in the header and in the body: %s',
    async (hostile) => {
      for (const [target, headers] of [
        ['GET /v1/agents', {}],
        ['GET /v1/agents', apiKey(ada.apiKey)],
        ['GET /elsewhere', {}],
      ] as const) {
        const sent = { ...headers, 'X-Request-ID': Buffer.from(hostile).toString('latin1') };
        const response = await stack.send(target, { headers: sent });
        expect(response.headers['x-request-id']).toMatch(/^[\w.:=+/-]+$/);
        expect(response.headers['x-request-id']).not.toBe(hostile);
        if (response.status !== 200) expect(response.json.request_id).toBe(response.headers['x-request-id']);
      }
    },
  );

  test('a request id that is sent twice is replaced', async () => {
    const response = await stack.send('GET /v1/agents', { headers: { 'X-Request-ID': ['one', 'two'] } });
    expect(['one', 'two', 'one, two']).not.toContain(response.headers['x-request-id']);
  });
});
