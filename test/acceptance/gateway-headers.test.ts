/** API Gateway's own answers, with headers from the authorizer's context and without: by its doing, or by ours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, startTestStack, type TestStack, withinOneWindow, withKey } from '../support/stack.ts';

const LIMIT = 5;
const TIER = {
  rate: 1000,
  burst: 1000,
  monthlyQuota: null,
  keyRequestsPerMinute: LIMIT,
  sessionRequestsPerMinute: 1000,
  keys: 10,
};

describe.each([
  {
    mapsAuthorizerToHeaders: true,
    gatewayContextHeaders: true,
    mapped: true,
    retryAfter: /^([1-9]|[1-5]\d|60)$/,
  },
  { mapsAuthorizerToHeaders: false, gatewayContextHeaders: true, mapped: false, retryAfter: null },
  { mapsAuthorizerToHeaders: false, gatewayContextHeaders: false, mapped: false, retryAfter: /^60$/ },
  { mapsAuthorizerToHeaders: true, gatewayContextHeaders: false, mapped: false, retryAfter: /^60$/ },
])(
  'API Gateway maps them: $mapsAuthorizerToHeaders; the configuration wants them: $gatewayContextHeaders',
  ({ mapsAuthorizerToHeaders, gatewayContextHeaders, mapped, retryAfter }) => {
    let stack: TestStack;
    beforeAll(async () => {
      const config = { tiers: { free: TIER }, gatewayContextHeaders };
      stack = await startTestStack({ profile: 'default', config }, { mapsAuthorizerToHeaders });
    });
    afterAll(() => stack?.stop());

    const RATE_LIMIT = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'ratelimit'];

    test('who is let in has every header, as functions answer', async () => {
      const { apiKey } = await stack.onboard();
      const response = await stack.send('GET /v1/auth/me', withKey(apiKey));
      expect(response.status).toBe(200);
      expect(Object.keys(response.headers)).toEqual(expect.arrayContaining([...RATE_LIMIT, 'x-request-id']));
    });

    test('a 401 has its reason, its challenge and its id', async () => {
      const headers = { ...bearer('nobody'), 'x-request-id': 'mine-1' };
      const response = await stack.send('GET /v1/auth/me', { headers });
      expect(response.status).toBe(401);
      expect(response.json).toMatchObject({ status: 401, request_id: 'mine-1' });
      expect(response.json.message).toMatch(/\w/);
      expect(response.headers['www-authenticate']).toBe(stack.challenge);
      expect(response.headers['x-request-id']).toBe(mapped ? 'mine-1' : undefined);
    });

    test('a 403 says which scope it takes', async () => {
      const token = await stack.logIn(await stack.onboard());
      const { key } = await stack.createKey(token, { scopes: ['read'] });
      const response = await stack.send('POST /v1/api-keys', withKey(key, { json: { name: 'never' } }));
      expect(response.status).toBe(403);
      expect(response.json.message).toMatch(/^Insufficient scope\./);
      expect(response.headers['www-authenticate']).toBe(`${stack.challenge}, error="insufficient_scope"`);
      expect('x-ratelimit-limit' in response.headers).toBe(mapped);
    });

    test('a 429 says in its body when to come back, and in a header where there is one', async () => {
      const { apiKey } = await stack.onboard();
      await withinOneWindow(20);
      for (let made = 0; made < LIMIT; made += 1) await stack.send('GET /v1/auth/me', withKey(apiKey));
      const response = await stack.send('GET /v1/auth/me', withKey(apiKey));
      expect(response.status).toBe(429);
      expect(response.json.message).toMatch(/^Rate limit exceeded\. Try again in \d+ seconds?\.$/);
      const seconds = response.headers['retry-after'];
      if (retryAfter === null) expect(seconds).toBeUndefined();
      else expect(seconds).toMatch(retryAfter);
    });
  },
);

describe.each([true, false])('challenges from the context, where API Gateway maps them: %s', (mapped) => {
  let stack: TestStack;
  let readKey: string;
  beforeAll(async () => {
    const configuration = { profile: 'default', config: { challenges: 'context' } };
    stack = await startTestStack(configuration, { mapsAuthorizerToHeaders: mapped });
    const token = await stack.logIn(await stack.onboard());
    ({ key: readKey } = await stack.createKey(token, { scopes: ['read'] }));
  });
  afterAll(() => stack?.stop());

  test.each([
    ['a call without a credential', 'GET /v1/stats', {}, 401, 'scope="read"'],
    ['a bad key', 'GET /v1/stats', bearer('nobody'), 401, 'error="invalid_token", scope="read"'],
    ['a bad key where any will do', 'GET /v1/auth/me', bearer('nobody'), 401, 'error="invalid_token"'],
    [
      'a bad key beyond a scope',
      'DELETE /v1/a-b/c.d',
      bearer('x'),
      401,
      'error="invalid_token", scope="delete"',
    ],
  ])('%s is told why, for what and where', async (_call, target, headers, status, parameters) => {
    const response = await stack.send(target, { headers });
    const [, path] = target.split(' ');
    expect([response.status, response.headers['www-authenticate']]).toEqual([
      status,
      mapped ? `${stack.challenge.slice(0, -1)}${path}", ${parameters}` : undefined,
    ]);
    expect(response.json).toMatchObject({ status, code: expect.any(String), message: expect.any(String) });
  });

  test('a key that may too little is told the scope, and its metadata are there', async () => {
    const response = await stack.send('POST /v1/api-keys', withKey(readKey, { json: { name: 'never' } }));
    expect([response.status, response.json.message]).toEqual([403, 'Insufficient scope. Required: admin']);
    const challenge = response.headers['www-authenticate'];
    if (!mapped) return expect(challenge).toBeUndefined();
    expect(challenge).toBe(
      `${stack.challenge.slice(0, -1)}/v1/api-keys", error="insufficient_scope", scope="admin"`,
    );
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge ?? '') ?? [];
    const metadata = await stack.send(`GET ${url.slice(stack.url.length)}`);
    expect([metadata.status, metadata.json.resource]).toEqual([200, `${stack.url}/v1/api-keys`]);
  });

  test('a path that no quoted string takes leads to the metadata of the whole API', async () => {
    const response = await stack.send('GET /v1/a%22b', { headers: bearer('nobody') });
    expect(response.headers['www-authenticate']).toBe(
      mapped ? `${stack.challenge}, error="invalid_token", scope="read"` : undefined,
    );
  });

  test('who is let in is answered without a challenge', async () => {
    const response = await stack.send('GET /v1/stats', withKey(readKey));
    expect([response.status, response.headers['www-authenticate']]).toEqual([200, undefined]);
  });
});
