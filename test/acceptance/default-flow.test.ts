import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginSubjects } from '../../lambdas/attempts/backoff.ts';
import type { HttpResponse } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  inSeconds,
  PASSWORD,
  prolongPause,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  untilPast,
} from '../support/stack.ts';

let stack: TestStack;
let ada: Account;
let token: string;
let admin: { authorization: string };

beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: { ...ROOMY_TIER, keys: 12 } } },
  });
  ada = await stack.onboard('ada@example.com');
  token = await stack.logIn(ada);
  admin = bearer(token);
});
afterAll(() => stack?.stop());

const call = (key: string, target = 'GET /v1/things') => stack.send(target, { headers: apiKey(key) });
const keyOf = async (id: string) => (await stack.send(`GET /v1/api-keys/${id}`, { headers: admin })).json;

/** A tenant of its own, for tests that count keys. */
async function newTenant() {
  const account = await stack.onboard();
  return { account, token: await stack.logIn(account) };
}

describe('accounts', () => {
  test('onboarding gives a tenant, a person, a workspace and a first key that works at once', async () => {
    expect(ada).toMatchObject({
      keyId: expect.stringMatching(/^key_/),
      apiKey: expect.stringMatching(/^lk_live_/),
    });
    expect((await call(ada.apiKey)).status).toBe(200);
  });

  test.each([
    ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['Authorization: Token', (key: string) => ({ authorization: `Token ${key}` })],
    ['X-API-Key', (key: string) => ({ 'X-API-Key': key })],
    ['a lower-case scheme', (key: string) => ({ authorization: `bearer ${key}` })],
    ['an upper-case header', (key: string) => ({ 'X-API-KEY': key })],
  ])('a key is taken in %s', async (_style, headers) => {
    const response = await stack.send('GET /v1/auth/me', { headers: headers(ada.apiKey) });
    expect(response.json).toMatchObject({
      kind: 'key',
      tenant_id: ada.tenantId,
      workspace_id: ada.workspaceId,
      key: { id: ada.keyId, status: 'active' },
    });
  });

  const form = 'application/x-www-form-urlencoded';
  const email = encodeURIComponent('ada@example.com');
  const password = encodeURIComponent(PASSWORD);
  test.each([
    ['JSON with email', { json: { email: 'ada@example.com', password: PASSWORD } }],
    ['JSON with username', { json: { username: 'ada@example.com', password: PASSWORD } }],
    ['an e-mail in another case', { json: { email: ' ADA@Example.COM ', password: PASSWORD } }],
    ['a form with email', { headers: { 'content-type': form }, body: `email=${email}&password=${password}` }],
    [
      'a form with username',
      { headers: { 'content-type': form }, body: `username=${email}&password=${password}` },
    ],
    [
      'a form of OAuth',
      {
        headers: { 'content-type': `${form}; charset=UTF-8` },
        body: `grant_type=password&username=${email}&password=${password}`,
      },
    ],
    [
      'JSON that curl calls a form',
      {
        headers: { 'content-type': form },
        body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
      },
    ],
  ])('one logs in with %s', async (_how, request) => {
    const response = expectStatus(await stack.send('POST /v1/auth/login', request), 200);
    expect(response.json).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect(response.headers['cache-control']).toBe('no-store');
    const me = await stack.send('GET /v1/auth/me', { headers: bearer(response.json.access_token) });
    expect(me.json).toMatchObject({ kind: 'user', email: 'ada@example.com', role: 'admin' });
  });

  test('a wrong password and an unknown address are answered alike', async () => {
    const wrong = await stack.send('POST /v1/auth/login', {
      json: { email: 'ada@example.com', password: 'not the password' },
    });
    const unknown = await stack.send('POST /v1/auth/login', {
      json: { email: 'nobody@example.com', password: 'not the password' },
    });
    expect(wrong.status).toBe(401);
    const { request_id: _wrongId, ...told } = wrong.json;
    const { request_id: _unknownId, ...toldToo } = unknown.json;
    expect(told).toEqual(toldToo);
  });

  test('after ten wrong passwords the next login waits, even with the right one', async () => {
    const { account } = await newTenant();
    const attempt = (password: string) =>
      stack.send('POST /v1/auth/login', { json: { email: account.email, password } });
    let since = 0;
    for (let wrong = 0; wrong < 10; wrong += 1) {
      since = Math.floor(Date.now() / 1000);
      expect((await attempt('wrong password')).status).toBe(401);
    }
    for (const here of loginSubjects(account.email, '127.0.0.1', true))
      await prolongPause(stack, here, since);
    const response = await attempt(PASSWORD);
    expect(response.status).toBe(429);
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  test('after a logout the token is refused from the next call on, and other sessions go on', async () => {
    const [first, second] = [await stack.logIn(ada), await stack.logIn(ada)];
    expectStatus(await stack.send('POST /v1/auth/logout', { headers: bearer(first) }), 200);
    const refused = await stack.send('GET /v1/auth/me', { headers: bearer(first) });
    expect(refused.status).toBe(401);
    expect(refused.json.code).toBe('ended_session');
    expect((await stack.send('GET /v1/auth/me', { headers: bearer(second) })).status).toBe(200);
  });

  test('a key cannot log out', async () => {
    const response = await stack.send('POST /v1/auth/logout', { headers: apiKey(ada.apiKey) });
    expect(response.status).toBe(403);
    expect(response.json.code).toBe('user_required');
  });
});

describe('API keys', () => {
  test('every field of a creation is in the key, and the key is never shown again', async () => {
    const fields = {
      name: 'Schlüssel für 東京 🗝',
      environment: 'test',
      scopes: ['read', 'delete'],
      allowed_ips: ['127.0.0.1', '203.0.113.0/24', '2001:db8::/32'],
      metadata: { team: 'payments', 'cost.center': '4711' },
      workspace_id: ada.workspaceId,
      expires_in_days: 90,
    };
    const { key, ...created } = await stack.createKey(token, fields);
    expect(key).toMatch(/^lk_test_[0-9A-Za-z]{50}$/);
    expect(created).toMatchObject({
      name: fields.name,
      environment: 'test',
      scopes: ['read', 'delete'],
      metadata: fields.metadata,
      workspace_id: ada.workspaceId,
      status: 'active',
      is_active: true,
      created_by: `user:${ada.userId}`,
      last_used_at: null,
      request_count: 0,
      previous_key_expires_at: null,
    });
    expect(created.allowed_ips).toEqual(['127.0.0.1/32', '203.0.113.0/24', '2001:db8::/32']);
    expect(Date.parse(created.expires_at) - Date.parse(created.created_at)).toBe(90 * 86_400_000);
    expect(key.startsWith(created.key_prefix.replace('…', ''))).toBe(true);
    expect((await call(key)).json).toMatchObject({ environment: 'test', scopes: ['read', 'delete'] });
    const shown = await stack.send(`GET /v1/api-keys/${created.id}`, { headers: admin });
    expect(shown.text).not.toContain(key);
    expect(shown.json).toMatchObject({
      request_count: 1,
      last_used_ip: expect.stringContaining('127.0.0.1'),
    });
    expect(Math.abs(Date.parse(shown.json.last_used_at) - Date.now())).toBeLessThan(60_000);
  });

  test('a list is paged by an opaque cursor: over three pages every key comes once, oldest first', async () => {
    const { account, token: own } = await newTenant();
    const created = [account.keyId];
    for (let key = 0; key < 6; key += 1) created.push((await stack.createKey(own)).id);
    const listed: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const query = cursor === '' ? 'limit=2' : `limit=2&cursor=${cursor}`;
      const page = expectStatus(await stack.send(`GET /v1/api-keys?${query}`, { headers: bearer(own) }), 200);
      listed.push(...page.json.data.map(({ id }: { id: string }) => id));
      cursor = page.json.next_cursor;
    }
    expect(listed).toEqual(created);
    expect(pages).toBe(4);
  });

  test.each([
    ['name', 'renamed'],
    ['metadata', { a: 'b' }],
    ['scopes', ['read']],
    ['allowed_ips', ['198.51.100.0/24']],
    ['enabled', false],
  ])('%s can be changed by itself, and nothing else changes', async (field, value) => {
    const { key: _key, ...before } = await stack.createKey(token);
    const response = await stack.send(`PATCH /v1/api-keys/${before.id}`, {
      headers: admin,
      json: { [field]: value },
    });
    const changed = field === 'enabled' ? { status: 'disabled', is_active: false } : { [field]: value };
    expect(expectStatus(response, 200).json).toEqual({ ...before, ...changed });
    expect(await keyOf(before.id)).toEqual({ ...before, ...changed });
    expectStatus(await stack.send(`DELETE /v1/api-keys/${before.id}`, { headers: admin }), 200);
  });

  test('a disabled key is refused and says so; enabled, it works again', async () => {
    const { id, key } = await stack.createKey(token);
    const enable = (enabled: boolean) =>
      stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json: { enabled } });
    expectStatus(await enable(false), 200);
    const refused = await call(key);
    expect(refused.status).toBe(401);
    expect(refused.json.code).toBe('disabled_credential');
    expectStatus(await enable(true), 200);
    expect((await call(key)).status).toBe(200);
  });

  test('an expiry is given in days, at a time, or taken away', async () => {
    const { id, expires_at } = await stack.createKey(token);
    expect(expires_at).toBeNull();
    const change = async (json: object) =>
      expectStatus(await stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json }), 200).json;
    const inDays = (await change({ expires_in_days: 7 })).expires_at;
    expect(Math.abs(Date.parse(inDays) - Date.now() - 7 * 86_400_000)).toBeLessThan(60_000);
    const at = '2031-05-06T07:08:09Z';
    expect((await change({ expires_at: at })).expires_at).toBe(at);
    expect((await change({ expires_at: '2031-05-06T07:08:09+02:00' })).expires_at).toBe(
      '2031-05-06T05:08:09Z',
    );
    expect((await change({ expires_in_days: null })).expires_at).toBeNull();
  });

  test('an expired key is refused, says so, and is listed as expired', async () => {
    const end = inSeconds(6);
    const { id, key } = await stack.createKey(token, { expires_at: end });
    expect((await call(key)).status).toBe(200);
    await untilPast(end);
    const refused = await call(key);
    expect(refused.status).toBe(401);
    expect(refused.json).toMatchObject({
      code: 'expired_credential',
      detail: expect.stringMatching(/expired/),
    });
    expect(await keyOf(id)).toMatchObject({ status: 'expired', is_active: false });
  });

  test.each([
    [['127.0.0.1'], 200],
    [['10.0.0.0/8', '127.0.0.0/8'], 200],
    [['10.0.0.0/8', '2001:db8::/32'], 403],
    [['::1'], 403],
    [['::/0'], 403],
    [[], 200],
  ])('from 127.0.0.1 a key for %j is answered %i', async (allowed_ips, status) => {
    const { id, key } = await stack.createKey(token, { allowed_ips });
    const response = await call(key);
    expect(response.status).toBe(status);
    if (status === 403) expect(response.json.code).toBe('address_not_allowed');
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: admin }), 200);
  });

  test('a forged X-Forwarded-For does not get around an allow-list', async () => {
    const { id, key } = await stack.createKey(token, { allowed_ips: ['203.0.113.7'] });
    const headers = { ...apiKey(key), 'x-forwarded-for': '203.0.113.7' };
    expect((await stack.send('GET /v1/things', { headers })).status).toBe(403);
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: admin }), 200);
  });

  test('a rotation with grace leaves both keys working, and the list shows until when', async () => {
    const before = await stack.createKey(token);
    const rotate = (grace_seconds: number) =>
      stack.send(`POST /v1/api-keys/${before.id}/rotate`, { headers: admin, json: { grace_seconds } });
    const rotated = expectStatus(await rotate(3600), 200).json;
    expect(rotated).toMatchObject({ id: before.id, scopes: before.scopes, name: before.name });
    expect(rotated.key).not.toBe(before.key);
    for (const key of [before.key, rotated.key]) expect((await call(key)).status).toBe(200);
    const { previous_key_expires_at: until } = await keyOf(before.id);
    expect(Math.abs(Date.parse(until) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    const again = await rotate(60);
    expect(again.status).toBe(409);
    expect(again.json.detail).toMatch(/grace/);
  });

  test('a rotation without grace ends the old key at once', async () => {
    const before = await stack.createKey(token);
    const rotated = expectStatus(
      await stack.send(`POST /v1/api-keys/${before.id}/rotate`, { headers: admin }),
      200,
    ).json;
    expect((await call(before.key)).status).toBe(401);
    expect((await call(rotated.key)).status).toBe(200);
    expect((await keyOf(before.id)).previous_key_expires_at).toBeNull();
    expectStatus(await stack.send(`DELETE /v1/api-keys/${before.id}`, { headers: admin }), 200);
  });

  test('the grace of a rotation ends by itself', async () => {
    const before = await stack.createKey(token);
    const rotated = expectStatus(
      await stack.send(`POST /v1/api-keys/${before.id}/rotate`, {
        headers: admin,
        json: { grace_seconds: 2 },
      }),
      200,
    ).json;
    await sleep(2100);
    const old = await call(before.key);
    expect(old.status).toBe(401);
    expect(old.json.code).toBe('expired_credential');
    expect((await call(rotated.key)).status).toBe(200);
    expectStatus(await stack.send(`DELETE /v1/api-keys/${before.id}`, { headers: admin }), 200);
  });

  test('a revoked key is refused at once, stays in the list, cannot be changed, and can be revoked again', async () => {
    const { id, key } = await stack.createKey(token);
    const revoke = () => stack.send(`DELETE /v1/api-keys/${id}`, { headers: admin });
    expect(expectStatus(await revoke(), 200).json).toEqual({ id, status: 'revoked' });
    const refused = await call(key);
    expect(refused.json).toMatchObject({
      code: 'revoked_credential',
      detail: expect.stringMatching(/revoked/),
    });
    expect(await keyOf(id)).toMatchObject({ status: 'revoked', is_active: false });
    const change = await stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json: { enabled: true } });
    expect(change.status).toBe(410);
    expect((await stack.send(`POST /v1/api-keys/${id}/rotate`, { headers: admin })).status).toBe(410);
    expect((await revoke()).status).toBe(200);
  });

  test('a tenant has as many keys as its tier allows, and a revoked one gives its place back once', async () => {
    const { token: own } = await newTenant();
    const created = [];
    for (let key = 0; key < 11; key += 1) created.push(await stack.createKey(own));
    const create = () => stack.send('POST /v1/api-keys', { headers: bearer(own), json: { name: 'more' } });
    const refused = await create();
    expect(refused.status).toBe(409);
    expect(refused.json.code).toBe('limit_reached');
    for (let twice = 0; twice < 2; twice += 1) {
      await stack.send(`DELETE /v1/api-keys/${created[0].id}`, { headers: bearer(own) });
    }
    await stack.local.idle();
    expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(409);
  });

  test('nobody can give a key more than they have', async () => {
    const { token: own } = await newTenant();
    const { key } = await stack.createKey(own, {
      scopes: ['read', 'admin'],
      environment: 'test',
      allowed_ips: ['127.0.0.0/8'],
      expires_in_days: 5,
    });
    const create = (json: object) =>
      stack.send('POST /v1/api-keys', { headers: apiKey(key), json: { name: 'child', ...json } });
    for (const more of [
      { environment: 'live' },
      { allowed_ips: ['10.0.0.0/8'] },
      { allowed_ips: [] },
      { expires_in_days: 6 },
      { expires_in_days: null },
    ]) {
      const response = await create(more);
      expect([more, response.status, response.json.code]).toEqual([more, 403, 'exceeds_own_rights']);
    }
    const child = expectStatus(await create({}), 201).json;
    expect(child).toMatchObject({ environment: 'test', allowed_ips: ['127.0.0.0/8'] });
    expect(child.expires_at).not.toBeNull();
  });
});

describe('every answer', () => {
  test.each([
    ['a success', 'GET /v1/things', () => admin],
    ['a 401 of the gateway', 'GET /v1/things', () => ({})],
    ['a 403 of the gateway', 'GET /v1/api-keys', () => apiKey(ada.apiKey)],
    ['a 404 of a handler', 'GET /v1/api-keys/nothing', () => admin],
    ['a 404 of a path', 'GET /nothing', () => ({})],
    ['a public route', 'GET /health', () => ({})],
  ])("%s has the caller's X-Request-ID", async (_answer, target, headers) => {
    const response = await stack.send(target, {
      headers: { ...headers(), 'X-Request-ID': 'trace-1.2:3_4' },
    });
    expect(response.headers['x-request-id']).toBe('trace-1.2:3_4');
    if (response.status >= 400) expect(response.json.request_id).toBe('trace-1.2:3_4');
  });

  test.each([
    ['a quote', 'a"b'],
    ['markup', '<script>'],
    ['blanks', 'a b'],
    ['too much', 'x'.repeat(129)],
    ['emptiness', ''],
    ['two of them', ['one', 'two']],
  ])('X-Request-ID with %s is replaced, in errors too', async (_what, value) => {
    for (const headers of [admin, {}]) {
      const response = await stack.send('GET /v1/things', { headers: { ...headers, 'X-Request-ID': value } });
      const id = response.headers['x-request-id'] ?? '';
      expect(id).toMatch(/^[\w=-]{8,}$/);
      expect([value].flat()).not.toContain(id);
      if (response.status >= 400) expect(response.json.request_id).toBe(id);
    }
  });

  test('a client cannot choose the id of the gateway and so break out of an error body', async () => {
    const response = await stack.send('GET /v1/things', { headers: { 'x-amzn-requestid': '","admin":"' } });
    expect(response.json.code).toBe('missing_credential');
    expect(Object.keys(response.json)).not.toContain('admin');
  });

  test.each(['/v1/things', '/v1/things/deep/er', '/v1/auth/login', '/v1/api-keys/some-id', '/health', '/'])(
    'a preflight of %s needs no credential',
    async (path) => {
      const response = await stack.send(`OPTIONS ${path}`, {
        headers: {
          origin: 'https://app.example.com',
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization,x-api-key',
        },
      });
      expect(response.status).toBe(204);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['access-control-allow-methods']).toContain('PATCH');
      expect(response.headers['access-control-allow-headers']?.toLowerCase()).toContain('x-api-key');
    },
  );

  test.each([
    ['a success', 'GET /v1/things', () => admin],
    ['a 401', 'GET /v1/things', () => ({})],
    ['a 404', 'GET /nothing', () => ({})],
  ])('%s can be read by a page of another origin', async (_answer, target, headers) => {
    const response = await stack.send(target, { headers: headers() });
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers['access-control-expose-headers']).toContain('X-Request-ID');
  });

  test('the caller is told the allowance: limit, remaining and reset', async () => {
    const { account } = await newTenant();
    const [first, second] = [await call(account.apiKey), await call(account.apiKey)];
    for (const { headers } of [first, second]) {
      expect(headers['x-ratelimit-limit']).toBe(String(ROOMY_TIER.keyRequestsPerMinute));
      expect(headers['x-ratelimit-reset']).toMatch(/^\d{10}$/);
    }
    if (first.headers['x-ratelimit-reset'] === second.headers['x-ratelimit-reset']) {
      expect(Number(second.headers['x-ratelimit-remaining'])).toBe(ROOMY_TIER.keyRequestsPerMinute - 2);
    }
  });
});

describe('paths', () => {
  test.each(['/v1/api-keys/', '/v1/auth/me/'])(
    '%s with a slash at its end is the same route',
    async (path) => {
      expect((await stack.send(`GET ${path}`, { headers: admin })).status).toBe(200);
    },
  );

  test.each(['GET /v1/api-keys/a/b/c', 'GET /v1/auth/elsewhere', 'GET /favicon.ico', 'POST /'])(
    '%s is a 404 in our words, whoever asks',
    async (target) => {
      for (const headers of [{}, admin]) {
        const response = await stack.send(target, { headers });
        expect(response.status).toBe(404);
        expect(response.json.code).toBe('not_found');
      }
    },
  );

  test.each([
    ['PUT /v1/auth/login', 'POST'],
    ['HEAD /v1/auth/login', 'POST'],
    ['DELETE /v1/auth/me', 'GET, HEAD'],
    ['PUT /v1/api-keys', 'GET, HEAD, POST'],
    ['PUT /v1/api-keys/verify', 'GET, HEAD, POST, PATCH, DELETE'],
    ['POST /v1/api-keys/key_x/', 'GET, HEAD, PATCH, DELETE'],
    ['POST /health', 'GET, HEAD'],
    ['PUT /.well-known/oauth-protected-resource/v1/a/b', 'GET, HEAD'],
  ])('%s is a 405 that allows %s, whoever asks', async (target, allow) => {
    for (const headers of [{}, admin, bearer('nonsense')]) {
      const response = await stack.send(target, { headers: { origin: 'https://example.com', ...headers } });
      expect([response.status, response.headers.allow]).toEqual([405, allow]);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      if (!target.startsWith('HEAD')) expect(response.json.code).toBe('method_not_allowed');
    }
  });

  test.each(['/health', '/openapi.json', '/.well-known/jwks.json', '/v1/auth/me', '/v1/api-keys'])(
    'HEAD of %s is its GET without the content',
    async (path) => {
      const sent = { headers: admin };
      const head = expectStatus(await stack.send(`HEAD ${path}`, sent), 200);
      const get = expectStatus(await stack.send(`GET ${path}`, sent), 200);
      expect(head.bytes).toHaveLength(0);
      const comparable = ({ headers }: HttpResponse) =>
        Object.keys(headers).filter((name) => !/^(date|connection|keep-alive)$/.test(name));
      expect(comparable(head)).toEqual(comparable(get));
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      expect(head.headers['cache-control']).toBe(get.headers['cache-control']);
    },
  );

  test('HEAD of what takes a credential takes it too', async () => {
    const { status, bytes, headers } = await stack.send('HEAD /v1/api-keys');
    expect([status, bytes.length, headers['www-authenticate']]).toEqual([401, 0, stack.challenge]);
  });

  test.each([
    '/v1/a%2Fb',
    '/v1/a%5Cb',
    '/v1/a//b',
    '/v1/../health',
    '/v1/%2e%2e/x',
    '/v1/./x',
    '/v1/x%00y',
    '/v1/x%252fy',
    '/v1/api-keys/..%2fauth',
  ])('%s, which two servers might read as two paths, is a 400', async (path) => {
    const response = await stack.send(`GET ${path}`, { headers: admin });
    expect([path, response.status]).toEqual([path, 400]);
    expect(response.json.code).toBe('malformed_request');
  });

  test('HEAD of the upstream takes the scope of GET and has no body', async () => {
    const { key, id } = await stack.createKey(token, { scopes: ['read'] });
    const response = await call(key, 'HEAD /v1/things');
    expect(response.status).toBe(200);
    expect(response.bytes).toHaveLength(0);
    expect((await call(key, 'POST /v1/things')).json.detail).toBe('Insufficient scope. Required: write');
    expect((await call(key, 'PUT /v1/things')).json.detail).toBe('Insufficient scope. Required: write');
    expect((await call(key, 'DELETE /v1/things')).json.detail).toBe('Insufficient scope. Required: delete');
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: admin }), 200);
  });
});

describe('documents', () => {
  test('/openapi.json is the document in docs/', async () => {
    const response = await stack.send('GET /openapi.json');
    const written = readFileSync(new URL('../../docs/openapi/default.json', import.meta.url), 'utf8');
    // The file is of no deployment; a document that is served says where.
    expect(response.json).toEqual({ ...JSON.parse(written), servers: [{ url: stack.url }] });
  });

  test('/health says what was checked', async () => {
    const response = await stack.send('GET /health');
    expect(response.status).toBe(200);
    expect(response.json).toEqual({ status: 'ok', checks: { database: 'ok', signing_keys: 'ok' } });
  });

  test('the JWK set verifies the assertion that the upstream gets, and holds no private half', async () => {
    const jwks = await stack.send('GET /.well-known/jwks.json');
    expect(jwks.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
    for (const key of jwks.json.keys) expect(Object.keys(key)).not.toContain('d');
    const headers = { ...apiKey(ada.apiKey), 'x-request-id': 'trace-9' };
    const echo = (await stack.send('POST /v1/things?a=1', { headers, json: {} })).json;
    const assertion = echo.request.headers['x-latchkey-assertion'];
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(jwks.json), {
      audience: 'latchkey-upstream',
      issuer: stack.local.outputs.ApiUrl ?? '',
      typ: 'latchkey-assertion+jwt',
    });
    expect(payload).toMatchObject({
      sub: `key:${ada.keyId}`,
      tenant: ada.tenantId,
      workspace: ada.workspaceId,
      scopes: 'read write delete',
      environment: 'live',
      method: 'POST',
      path: '/v1/things',
      request_id: 'trace-9',
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  test('an assertion is no access token, and an access token no assertion', async () => {
    const echo = (await call(ada.apiKey)).json;
    const assertion = echo.request.headers['x-latchkey-assertion'];
    const refused = await stack.send('GET /v1/auth/me', { headers: bearer(assertion) });
    expect(refused.status).toBe(401);
    expect(decodeJwt(token).aud).not.toBe(decodeJwt(assertion).aud);
    expect(decodeProtectedHeader(token).kid).not.toBe(decodeProtectedHeader(assertion).kid);
  });
});
