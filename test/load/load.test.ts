import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import {
  type Account,
  apiKey,
  bearer,
  inSeconds,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import type { Plan, Seen } from './plan.ts';

/**
 * Load from another process. `LOAD_SECONDS` is how long calls come as fast as they are answered, `LOAD_EDGES` over how
 * many edges of windows the limit is held to its number.
 */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 120);
const EDGES = Number(process.env.LOAD_EDGES ?? 3);

/** Enough that both cores have something to do at any time. */
const CALLERS = 64;
const LIMIT = 100;
const KEYS = 8;
const WINDOW_MILLISECONDS = 60_000;

let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  const exact = { ...ROOMY_TIER, keyRequestsPerMinute: LIMIT };
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER, exact } } });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

async function load(plan: Plan): Promise<Seen> {
  const generator = fork(new URL('generator.ts', import.meta.url), { execArgv: [] });
  generator.send(plan);
  const [seen] = (await once(generator, 'message')) as [Seen];
  return seen;
}

/** A key with the limit of the published pages; nobody has met its tenant before. */
async function exactKey(): Promise<string> {
  const account = await stack.onboard();
  await stack.table.update(tenantKey(account.tenantId), {
    UpdateExpression: 'SET tier = :tier',
    ExpressionAttributeValues: { ':tier': { S: 'exact' } },
  });
  return account.apiKey;
}

test('of 300 parallel calls across the edge of a window, and 300 behind it, exactly 100 pass in each window', async () => {
  const headers = apiKey(await exactKey());
  const first = Math.ceil((Date.now() + 15_000) / WINDOW_MILLISECONDS) * WINDOW_MILLISECONDS;
  const edges = Array.from({ length: EDGES }, (_, index) => first + index * WINDOW_MILLISECONDS);
  const volleys = [
    { at: first - 10_000, calls: 300 },
    // The first of these are answered before the edge, the last behind it.
    ...edges.map((edge) => ({ at: edge - 100, calls: 300 })),
    ...edges.map((edge) => ({ at: edge + 5_000, calls: 300 })),
  ];
  const { tally, errors } = await load({
    url: stack.url,
    calls: [{ target: 'GET /v1/auth/me', headers }],
    volleys,
  });
  expect(errors).toEqual([]);
  const resets = [...edges, (edges.at(-1) ?? first) + WINDOW_MILLISECONDS].map((at) => at / 1000);
  const passed = resets.map((reset) => [reset, tally[`200 ${reset}`]]);
  expect(Object.fromEntries(passed), JSON.stringify(tally)).toEqual(
    Object.fromEntries(resets.map((reset) => [reset, LIMIT])),
  );
  const answered = Object.values(tally).reduce((sum, count) => sum + count, 0);
  expect(answered).toBe(300 * volleys.length);
  expect(Object.keys(tally).filter((name) => !/^(200|429) /.test(name))).toEqual([]);
}, 300_000);

test(
  'at the highest rate that this machine serves nothing is answered with a 5xx, and nothing wrongly',
  async () => {
    const token = await stack.logIn(ada);
    // Several keys call the same: one has no more than its tier promises it for a minute.
    const keys = (fields: Readonly<Record<string, unknown>>) =>
      Promise.all(Array.from({ length: KEYS }, () => stack.createKey(token, fields)));
    const whole = await keys({});
    const small = await keys({ scopes: ['read'] });
    const distant = await stack.createKey(token, { allowed_ips: ['192.0.2.0/24'] });
    const unknown = newKey(stack.profile.keys, 'live', newLocator());
    const limited = await exactKey();
    const things = 'GET /v1/things';
    const expected = {
      'GET /v1/auth/me': [200],
      [things]: [200],
      'POST /v1/things': [403],
      'GET /v1/distant': [403],
      'GET /v1/limited': [200, 429],
      'GET /v1/unknown': [401],
      'GET /health': [200],
    };
    const { tally, errors } = await load({
      url: stack.url,
      calls: [
        { target: 'GET /v1/auth/me', headers: bearer(token) },
        { target: 'GET /v1/distant', headers: apiKey(distant.key) },
        // Often, so that a slow machine comes to the limit too.
        ...small.map(() => ({ target: 'GET /v1/limited', headers: apiKey(limited) })),
        { target: 'GET /v1/unknown', headers: apiKey(unknown) },
        { target: 'GET /health', headers: {} },
        ...whole.map(({ key }) => ({ target: things, headers: apiKey(key) })),
        ...small.map(({ key }) => ({ target: things, headers: apiKey(key) })),
        ...small.map(({ key }) => ({ target: 'POST /v1/things', headers: apiKey(key) })),
      ],
      callers: CALLERS,
      until: Date.parse(inSeconds(SECONDS)),
    });
    const calls = Object.values(tally).reduce((sum, count) => sum + count, 0);
    console.log(`${Math.round(calls / SECONDS)} calls a second for ${SECONDS} s: ${JSON.stringify(tally)}`);
    expect(errors).toEqual([]);
    const right = Object.entries(expected).flatMap(([target, statuses]) =>
      statuses.map((status) => `${target} ${status}`),
    );
    expect(Object.keys(tally).filter((name) => !right.includes(name))).toEqual([]);
    expect(Object.keys(tally).sort()).toEqual(right.sort());
  },
  (SECONDS + 180) * 1000,
);
