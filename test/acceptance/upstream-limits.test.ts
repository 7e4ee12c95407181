import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** Several upstreams, and what an upstream that hangs takes with it: nothing. */

const [main, search, deep] = [new Upstream(), new Upstream(), new Upstream()];
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  const [mainUrl, searchUrl, deepUrl] = (
    await Promise.all([main, search, deep].map((each) => each.listen()))
  ).map((port) => `http://127.0.0.1:${port}`);
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: ROOMY_TIER },
      upstream: { url: mainUrl, timeoutSeconds: 1 },
      upstreams: [
        { path: '/v1/search', url: searchUrl },
        { path: '/v1/search/deep', url: `${deepUrl}/base` },
      ],
    },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  await Promise.all([main, search, deep].map((each) => each.stop()));
});

test.each([
  ['/v1/things', main, '/v1/things'],
  ['/v1/searching', main, '/v1/searching'],
  ['/v1/search', search, '/v1/search'],
  ['/v1/search/x?y=1', search, '/v1/search/x?y=1'],
  ['/v1/search/deeper', search, '/v1/search/deeper'],
  ['/v1/search/deep', deep, '/base/v1/search/deep'],
  ['/v1/search/deep/x', deep, '/base/v1/search/deep/x'],
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
  expect(performance.now() - started).toBeGreaterThan(900);
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
