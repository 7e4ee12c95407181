import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import { type AnyTemplate, editedAssembly } from '../support/assembly.ts';
import type { HttpResponse } from '../support/http.ts';
import {
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withinOneWindow,
  withKey,
} from '../support/stack.ts';

const LIMIT = 5;
const CONFIGURATION = {
  profile: 'default',
  config: {
    tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT } },
  },
};
const NAMES = Object.keys(RATE_LIMIT_HEADERS).map((name) => name.toLowerCase());

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack(CONFIGURATION);
});
afterAll(() => stack?.stop());

/** What the five headers of a response say; they must agree with each other and with the clock. */
function told({ headers }: HttpResponse): { limit: number; remaining: number } {
  const value = (name: string) => headers[name] ?? '';
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(value(`x-ratelimit-${name}`)),
  ) as [number, number, number];
  // A list of one item, a String with parameters (RFC 9651, 3.1), as draft-ietf-httpapi-ratelimit-headers-11 has it.
  expect(value('ratelimit-policy')).toBe(`"default";q=${limit};w=60`);
  const [, r, t] = /^"default";r=(\d+);t=(\d+)$/.exec(value('ratelimit')) ?? [];
  expect(Number(r)).toBe(remaining);
  expect(reset % 60).toBe(0);
  const seconds = reset - Date.now() / 1000;
  expect(Number(t)).toBeGreaterThanOrEqual(Math.floor(seconds));
  // A response may have waited before it is looked at.
  expect(Number(t)).toBeLessThanOrEqual(60);
  return { limit, remaining };
}

/** Calls with a key until it is over its limit, and the answer that says so. */
async function overTheLimit(on: TestStack, key: string): Promise<HttpResponse> {
  await withinOneWindow(20);
  for (let call = 0; call < LIMIT; call += 1) await on.send('GET /v1/auth/me', withKey(key));
  return on.send('GET /v1/auth/me', withKey(key));
}

describe('a recognised credential is told its allowance', () => {
  test('by our functions, the upstream’s answers and the gateway, whatever the status', async () => {
    const account = await stack.onboard();
    await withinOneWindow(20);
    const calls: readonly (readonly [string, number, string])[] = [
      ['GET /v1/auth/me', 200, 'a function of ours'],
      ['GET /v1/things', 200, 'the forwarder'],
      ['GET /v1/a%2Fb', 400, 'an error of a function'],
      ['GET /v1/api-keys', 403, 'the gateway, for a scope'],
      ['HEAD /v1/auth/me', 200, 'a function of ours, without a body'],
      ['GET /v1/things', 429, 'the gateway, for the limit'],
    ];
    for (const [index, [target, status, by]] of calls.entries()) {
      const response = await stack.send(target, withKey(account.apiKey));
      expect([by, response.status]).toEqual([by, status]);
      expect([by, told(response)]).toEqual([by, { limit: LIMIT, remaining: Math.max(0, LIMIT - 1 - index) }]);
      expect([by, 'retry-after' in response.headers]).toEqual([by, status === 429]);
    }
  });

  test('a session its own, apart from the key’s', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    await withinOneWindow(5);
    await stack.send('GET /v1/auth/me', withKey(account.apiKey));
    const response = await stack.send('GET /v1/auth/me', { headers: bearer(token) });
    expect(told(response)).toEqual({ limit: LIMIT, remaining: LIMIT - 1 });
  });

  test('and a script in a browser may read it', async () => {
    const response = await stack.send('GET /v1/auth/me', withKey((await stack.onboard()).apiKey));
    const exposed = response.headers['access-control-expose-headers']?.toLowerCase().split(', ');
    expect(exposed).toEqual(expect.arrayContaining([...NAMES, 'retry-after']));
  });

  test.each([
    ['no credential', 'GET /v1/auth/me', {}],
    ['a malformed one', 'GET /v1/auth/me', apiKey('lk_nonsense')],
    ['a route that takes none', 'GET /health', undefined],
    ['a path that is not there', 'GET /elsewhere', undefined],
    ['a preflight', 'OPTIONS /v1/things', {}],
  ])('but nobody else: %s', async (_who, target, headers) => {
    const sent = headers ?? apiKey((await stack.onboard()).apiKey);
    const response = await stack.send(target, { headers: sent });
    expect(NAMES.filter((name) => name in response.headers)).toEqual([]);
    expect(response.headers).not.toHaveProperty('retry-after');
  });
});

describe('over the limit', () => {
  test('waiting as told is followed by a 200', { timeout: 180_000 }, async () => {
    const { apiKey: key } = await stack.onboard();
    const refused = await overTheLimit(stack, key);
    expect(refused.status).toBe(429);
    await sleep(Number(refused.headers['retry-after']) * 1000);
    const response = await stack.send('GET /v1/auth/me', withKey(key));
    expect([response.status, told(response).remaining]).toEqual([200, LIMIT - 1]);
  });

  test('the functions answer as the gateway does, where the exhausted plan lets a call through', async () => {
    const letsThrough = await edited((template) => {
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type === 'AWS::ApiGateway::UsagePlan' && Properties.Throttle?.RateLimit === 0)
          Properties.Throttle = { RateLimit: 1000, BurstLimit: 1000 };
      }
    });
    const account = await letsThrough.onboard();
    const ours = await overTheLimit(letsThrough, account.apiKey);
    const forwarded = await letsThrough.send('GET /v1/things', withKey(account.apiKey));
    const { apiKey: key } = await stack.onboard();
    const gateways = await overTheLimit(stack, key);
    // Who has answered shows in the log alone.
    const answeredBy = (on: TestStack) => on.lines.filter((line) => / 429 /.test(line)).join('\n');
    expect(answeredBy(stack)).toMatch(/THROTTLED/);
    expect(answeredBy(letsThrough)).not.toMatch(/THROTTLED/);
    for (const response of [ours, forwarded, gateways]) {
      const seconds = response.headers['retry-after'];
      expect(response.status).toBe(429);
      expect(seconds).toMatch(/^([1-9]|[1-5]\d|60)$/);
      expect(told(response)).toEqual({ limit: LIMIT, remaining: 0 });
      expect(response.json).toMatchObject({
        status: 429,
        code: 'rate_limited',
        message: `Rate limit exceeded. Try again in ${seconds} second${seconds === '1' ? '' : 's'}.`,
        request_id: response.headers['x-request-id'],
      });
      expect(Object.keys(response.json)).toEqual(Object.keys(gateways.json));
    }
  });
});

describe('over the plan of the tenant', () => {
  const withSharedPlan = (limits: object) =>
    edited((template) => {
      for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
        if (Type === 'AWS::ApiGateway::UsagePlan' && /shared/.test(id)) Object.assign(Properties, limits);
      }
    });

  test('a rate says to come back in a second, and the key’s own allowance is what the headers tell', async () => {
    const slow = await withSharedPlan({ Throttle: { RateLimit: 1, BurstLimit: 1 } });
    const { apiKey: key } = await slow.onboard();
    await withinOneWindow(20);
    // The functions are up then, and do not spread the others over the seconds of their start.
    await slow.send('GET /v1/auth/me', withKey(key));
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => slow.send('GET /v1/auth/me', withKey(key))),
    );
    const refused = answers.find(({ status }) => status === 429) as HttpResponse;
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json.message).toBe('Rate limit exceeded. Try again in 1 second.');
    expect(told(refused)).toMatchObject({ limit: LIMIT });
    expect(told(refused).remaining).toBeGreaterThan(0);
    await sleep(1000);
    expect((await slow.send('GET /v1/auth/me', withKey(key))).status).toBe(200);
  });

  test('a quota says to come back when the month ends', async () => {
    const quota = await withSharedPlan({ Quota: { Limit: 1, Period: 'MONTH' } });
    const { apiKey: key } = await quota.onboard();
    expect((await quota.send('GET /v1/auth/me', withKey(key))).status).toBe(200);
    const refused = await quota.send('GET /v1/auth/me', withKey(key));
    const now = new Date();
    const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
    const seconds = Number(refused.headers['retry-after']);
    expect(refused.status).toBe(429);
    expect(Math.abs(seconds - (end - now.getTime()) / 1000)).toBeLessThan(30);
    expect(refused.json).toMatchObject({
      code: 'rate_limited',
      message: `Monthly quota exceeded. Try again in ${seconds} seconds.`,
    });
    expect(told(refused).limit).toBe(LIMIT);
  });
});

const stacks: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stacks) await stop();
});

/** A stack of a template that was edited. */
async function edited(edit: (template: AnyTemplate) => void): Promise<TestStack> {
  const assemblyDir = await editedAssembly(CONFIGURATION, edit);
  const started = await startTestStack(CONFIGURATION, { assemblyDir });
  stacks.push(async () => {
    await started.stop();
    rmSync(assemblyDir, { recursive: true });
  });
  return started;
}
