import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** Several upstreams, and what an upstream that hangs takes with it: nothing. */

const [main, search, deep, stuck] = [new Upstream(), new Upstream(), new Upstream(), new Upstream()];
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  const [mainUrl, searchUrl, deepUrl, stuckUrl] = (
    await Promise.all([main, search, deep, stuck].map((each) => each.listen()))
  ).map((port) => `http://127.0.0.1:${port}`);
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: ROOMY_TIER },
      reservedConcurrency: { accounts: 20 },
      upstream: { url: mainUrl, timeoutSeconds: 2, concurrency: 20 },
      upstreams: {
        search: { path: '/v1/search', url: searchUrl, concurrency: 20 },
        deep: { path: '/v1/search/deep', url: `${deepUrl}/base` },
        mcp: { path: '/mcp', url: searchUrl },
        stuck: { path: '/v1/stuck', url: stuckUrl, concurrency: 20 },
      },
    },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  await Promise.all([main, search, deep, stuck].map((each) => each.stop()));
});

test.each([
  ['/v1/things', main, '/v1/things'],
  ['/v1/searching', main, '/v1/searching'],
  ['/v1/search', search, '/v1/search'],
  ['/v1/search/x?y=1', search, '/v1/search/x?y=1'],
  ['/v1/search/deeper', search, '/v1/search/deeper'],
  ['/v1/search/deep', deep, '/base/v1/search/deep'],
  ['/v1/search/deep/x', deep, '/base/v1/search/deep/x'],
  ['/mcp', search, '/mcp'],
  ['/mcp/x', search, '/mcp/x'],
])('%s goes to the upstream with the longest path', async (path, upstream, url) => {
  expect((await stack.send(`GET ${path}`, withKey(ada.apiKey))).status).toBe(200);
  expect(upstream.last.url).toBe(url);
});

test('an upstream that is too slow is a 504 when its own time is up', async () => {
  const before = main.answer;
  main.answer = () => undefined;
  const started = performance.now();
  const response = await stack.send('GET /v1/things', withKey(ada.apiKey));
  main.answer = before;
  expect(response.status).toBe(504);
  expect(response.json).toMatchObject({ type: 'server_error', code: 'upstream_timeout' });
  expect(performance.now() - started).toBeGreaterThan(1_900);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('an answer that is begun in time and not ended is a 504 too', async () => {
  const before = main.answer;
  main.answer = (response) => void response.write('half');
  const response = await stack.send('GET /v1/things', withKey(ada.apiKey));
  main.answer = before;
  expect(response.status).toBe(504);
});

test.each(['GET', 'HEAD'])('a %s with content is a 400 and goes nowhere', async (method) => {
  const calls = main.received.length;
  const response = await stack.send(`${method} /v1/things`, withKey(ada.apiKey, { body: 'GET / HTTP/1.1' }));
  expect(response.status).toBe(400);
  expect(main.received.length).toBe(calls);
});

test('a path outside the profile’s prefixes takes a credential too', async () => {
  const calls = search.received.length;
  expect((await stack.send('GET /mcp')).status).toBe(401);
  expect((await stack.send('GET /mcpx', withKey(ada.apiKey))).status).toBe(404);
  expect(search.received.length).toBe(calls);
});

// Its circuit is open afterwards.
test('an upstream that hangs under load takes neither logins nor other upstreams with it', async () => {
  const held: ServerResponse[] = [];
  stuck.answer = (response) => held.push(response);
  const statuses: number[] = [];
  const hanging = Array.from({ length: 80 }, async () => {
    const response = await stack.send('GET /v1/stuck', withKey(ada.apiKey));
    statuses.push(response.status);
    return response;
  });
  await vi.waitFor(() => expect([held.length, statuses.length]).toEqual([20, 60]), { timeout: 60_000 });
  for (let index = 0; index < 5; index += 1) {
    await stack.logIn(ada);
    expect((await stack.send('GET /v1/search', withKey(ada.apiKey))).status).toBe(200);
  }
  // All of it while every place of the upstream's function was taken: however slow the machine, none had been freed.
  expect(statuses).toHaveLength(60);
  stuck.answer = (response) => response.destroy();
  for (const response of held) response.destroy();
  const byStatus = Map.groupBy(await Promise.all(hanging), ({ status }) => status);
  expect(byStatus.get(502)).toHaveLength(20);
  // Beyond the ceiling: API Gateway's own answer, at once, in the profile's shape.
  expect(byStatus.get(503)).toHaveLength(60);
  const [refused] = byStatus.get(503) ?? [];
  expect(refused?.headers['retry-after']).toBe('1');
  expect(refused?.json).toMatchObject({ type: 'server_error', code: 'unavailable' });
});

test('its circuit is open then: callers are told at once, and it is left alone', async () => {
  const calls = stuck.received.length;
  const response = await stack.send('GET /v1/stuck', withKey(ada.apiKey));
  expect(response.status).toBe(503);
  expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(10);
  expect(response.json).toMatchObject({ code: 'unavailable' });
  expect(stuck.received.length).toBe(calls);
  expect(stack.lines.some((line) => /forwarder.*CircuitsOpened/.test(line))).toBe(true);
});
