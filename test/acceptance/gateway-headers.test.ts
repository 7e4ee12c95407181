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
