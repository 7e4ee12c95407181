/** Usage that one can look up, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withinOneWindow,
} from '../support/stack.ts';

let stack: TestStack;
let ada: Account;
let admin: string;
beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: 5 } },
      sandbox: { rate: 1000, burst: 2000, monthlyQuota: null, keyRequestsPerMinute: 1000 },
    },
  });
  ada = await stack.onboard();
  admin = await stack.logIn(ada);
});
afterAll(() => stack?.stop());

const NONE_REFUSED = { limit: 0, scope: 0, person: 0, address: 0, disabled: 0, revoked: 0, expired: 0 };

const usage = (headers: Record<string, string>, query = '') =>
  stack.send(`GET /v1/usage${query}`, { headers });
const seen = async (headers: Record<string, string>, query = '') => {
  await stack.local.idle();
  return expectStatus(await usage(headers, query), 200).json;
};
async function call(key: string, times: number): Promise<number[]> {
  const calls = Array.from({ length: times }, () => stack.send('GET /v1/stats', { headers: apiKey(key) }));
  return (await Promise.all(calls)).map(({ status }) => status);
}
describe('usage', () => {
  test('is nothing before the first request, on each of the days', async () => {
    const eve = await stack.onboard();
    const { json } = expectStatus(await usage(bearer(await stack.logIn(eve))), 200);
    expect(json).toMatchObject({
      key_id: null,
      this_window: null,
      today: { live: 0, test: 0 },
      this_month: { live: 0, test: 0 },
    });
    expect(json.days).toHaveLength(30);
  });

  test('counts each request of a key, those over its limit too, live and test apart', async () => {
    const grace = await stack.onboard();
    const token = await stack.logIn(grace);
    const live = await stack.createKey(token);
    const sandbox = await stack.createKey(token, { environment: 'test' });
    // A window is never cut by midnight either.
    await withinOneWindow(30);
    const date = new Date().toISOString().slice(0, 10);
    const statuses = await call(live.key, 7);
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 429, 429]);
    await call(sandbox.key, 3);
    expect(await seen(bearer(token), '?days=2')).toEqual({
      key_id: null,
      this_window: null,
      today: { live: 7, test: 3 },
      this_month: { live: 7, test: 3 },
      days: [
        { date: expect.any(String), live: 0, test: 0 },
        { date, live: 7, test: 3 },
      ],
      refused: { ...NONE_REFUSED, limit: 2 },
      minutes: expect.any(Array),
    });
    const { minutes } = await seen(bearer(token));
    expect(minutes).toHaveLength(10);
    expect(minutes.map(({ requests }: { requests: number }) => requests).slice(-2)).toContain(10);
    expect(await seen(bearer(token), `?key_id=${live.id}&days=1`)).toMatchObject({
      key_id: live.id,
      this_window: { requests: 7 },
      today: { live: 7, test: 0 },
      days: [{ date, live: 7, test: 0 }],
      refused: { ...NONE_REFUSED, limit: 2 },
      minutes: null,
    });
    expect(await seen(bearer(token), `?key_id=${sandbox.id}`)).toMatchObject({
      this_window: { requests: 3 },
      this_month: { live: 0, test: 3 },
    });
  });

  test('tells refusals by the reason, of whatever is proven: also of a key that is over', async () => {
    const eve = await stack.onboard();
    const token = await stack.logIn(eve);
    const { id, key } = await stack.createKey(token, { scopes: ['read'], environment: 'test' });
    const statuses = async (request: string, times: number) => {
      const calls = Array.from({ length: times }, () => stack.send(request, { headers: apiKey(key) }));
      return [...new Set((await Promise.all(calls)).map(({ status }) => status))];
    };
    expect(await statuses('POST /v1/stats', 5)).toEqual([403]);
    expect(await statuses('GET /v1/auth/sessions', 2)).toEqual([403]);
    await stack.send(`PATCH /v1/api-keys/${id}`, {
      headers: bearer(token),
      json: { allowed_ips: ['192.0.2.7'] },
    });
    expect(await statuses('GET /v1/stats', 4)).toEqual([403]);
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(token) }), 200);
    expect(await statuses('GET /v1/stats', 6)).toEqual([401]);
    const refused = { ...NONE_REFUSED, scope: 5, person: 2, address: 4, revoked: 6 };
    expect(await seen(bearer(token), `?key_id=${id}`)).toMatchObject({
      today: { live: 0, test: 7 },
      refused,
    });
    expect(await seen(bearer(token))).toMatchObject({ refused });
    // The last use is its owner's.
    const { json } = await stack.send(`GET /v1/api-keys/${id}`, { headers: bearer(token) });
    expect(json.request_count).toBe(7);
  });

  test('has the window as it is now, its own request too', async () => {
    const { key } = await stack.createKey(admin, { environment: 'test' });
    await withinOneWindow(20);
    await call(key, 2);
    const { this_window: now } = expectStatus(await usage(apiKey(key)), 200).json;
    expect(now.requests).toBe(3);
    const left = Date.parse(now.resets_at) - Date.now();
    expect([Date.parse(now.resets_at) % 60_000, left > 0 && left <= 60_000]).toEqual([0, true]);
  });

  test('counts a token of a key as the key, and a login’s not at all', async () => {
    const { id, key } = await stack.createKey(admin, { environment: 'test' });
    const { access_token } = expectStatus(
      await stack.send('POST /v1/auth/token', { headers: apiKey(key), json: {} }),
      201,
    ).json;
    await stack.send('GET /v1/stats', { headers: bearer(access_token) });
    expect((await seen(bearer(admin), `?key_id=${id}`)).this_month).toEqual({ live: 0, test: 2 });
    const before = await seen(bearer(admin));
    await stack.send('GET /v1/stats', { headers: bearer(admin) });
    expect((await seen(bearer(admin))).this_month).toEqual(before.this_month);
  });

  test('outlives the key: a revoked key has its usage, and the tenant keeps it', async () => {
    const { id, key } = await stack.createKey(admin, { environment: 'test' });
    await call(key, 4);
    const before = await seen(bearer(admin));
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(admin) }), 200);
    expect((await seen(bearer(admin), `?key_id=${id}`)).this_month.test).toBe(4);
    expect((await seen(bearer(admin))).this_month).toEqual(before.this_month);
  });
});

describe('who sees it', () => {
  test('a key sees itself, without being asked which, and others of its workspace', async () => {
    const reader = await stack.createKey(admin, { scopes: ['read'], environment: 'test' });
    expect(await seen(apiKey(reader.key))).toMatchObject({ key_id: reader.id });
    expect(await seen(apiKey(reader.key), `?key_id=${ada.keyId}`)).toMatchObject({ key_id: ada.keyId });
    const elsewhere = expectStatus(
      await stack.send('POST /v1/workspaces', { headers: bearer(admin), json: { name: 'Other' } }),
      201,
    ).json;
    const other = await stack.createKey(admin, { workspace_id: elsewhere.id });
    expect((await usage(apiKey(reader.key), `?key_id=${other.id}`)).status).toBe(404);
    expect((await usage(bearer(admin), `?key_id=${other.id}`)).status).toBe(200);
  });

  test('a viewer sees the tenant’s, nobody sees another tenant’s', async () => {
    const email = 'viewer-of-usage@example.com';
    const json = { email, password: PASSWORD, role: 'viewer' };
    expectStatus(await stack.send('POST /v1/users', { headers: bearer(admin), json }), 201);
    const viewer = bearer(await stack.logIn({ email } as Account));
    // Not across midnight.
    await withinOneWindow(10);
    expect(await seen(viewer)).toEqual(await seen(bearer(admin)));
    const mallory = bearer(await stack.logIn(await stack.onboard()));
    const { status, json: problem } = await usage(mallory, `?key_id=${ada.keyId}`);
    expect([status, problem.code]).toEqual([404, 'not_found']);
    expect((await seen(mallory)).this_month).toEqual({ live: 0, test: 0 });
  });

  test('not a key without the scope, and nobody without a credential', async () => {
    const writer = await stack.createKey(admin, { scopes: ['write'], environment: 'test' });
    expect((await usage(apiKey(writer.key))).status).toBe(403);
    expect((await usage({})).status).toBe(401);
  });
});

test.each([
  ['days=0', 'days'],
  ['days=91', 'days'],
  ['days=1.5', 'days'],
  ['days=many', 'days'],
  ['days=', 'days'],
  [`key_id=${'k'.repeat(101)}`, 'key_id'],
  ['month=1', 'month'],
])('a bad query is told by its field: %s', async (query, field) => {
  const { status, text } = await usage(bearer(admin), `?${query}`);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(text).toContain(field);
});

test.each(['key_none', 'TENANT', '%00', 'key_%23x'])('a key id that is none is a 404: %s', async (id) => {
  expect((await usage(bearer(admin), `?key_id=${id}`)).status).toBe(404);
});
