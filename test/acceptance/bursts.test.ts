/** The plans of the shipped configuration, when keys use up their minute in a moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpResponse } from '../support/http.ts';
import { PASSWORD, startTestStack, type TestStack, withinOneWindow, withKey } from '../support/stack.ts';
import { Schedule } from '../support/usage-keys.ts';

/** What the published pages promise to every key. */
const LIMIT = 100;

let stack: TestStack;
let schedule: Schedule;
beforeAll(async () => {
  stack = await startTestStack(
    { profile: 'memoryrelay', config: { usageKeys: { warmSeconds: 1 } } },
    { keyPropagationMilliseconds: 300 },
  );
  schedule = new Schedule(stack);
});
afterAll(() => stack?.stop());

const atOnce = (key: string, count: number): Promise<HttpResponse[]> =>
  Promise.all(Array.from({ length: count }, () => stack.send('GET /v1/things', withKey(key))));

/** Exactly the limit passes, and the others are told when the window ends: the plan has refused none. */
function expectTheKeysOwnLimit(answers: readonly HttpResponse[]): void {
  const passed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect([passed.length, refused.length]).toEqual([LIMIT, answers.length - LIMIT]);
  const remaining = passed.map(({ headers }) => Number(headers['x-ratelimit-remaining']));
  expect(remaining.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, index) => index));
  for (const { headers } of refused) {
    expect(headers['x-ratelimit-remaining']).toBe('0');
    const untilTheEnd = Number(headers['x-ratelimit-reset']) - Date.now() / 1000;
    // A response may have waited before it is looked at.
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(Math.floor(untilTheEnd));
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(Number(headers['retry-after'])).toBeGreaterThan(1);
  }
}

describe('130 calls of one key at once: exactly 100 pass', () => {
  test('on the usage key that tenants share', async () => {
    const account = await stack.onboard();
    await withinOneWindow(30);
    expectTheKeysOwnLimit(await atOnce(account.apiKey, 130));
    expect(await schedule.usageKeyOf(account)).toBeUndefined();
  });

  test('on a usage key of its tenant’s own', async () => {
    const account = await stack.onboard();
    await schedule.untilPointed(account);
    // Until every authorizer knows.
    await sleep(2_100);
    await withinOneWindow(30);
    expectTheKeysOwnLimit(await atOnce(account.apiKey, 130));
  });
});

test('ten tenants at once on one shared usage key: 1,000 calls pass', async () => {
  const accounts = await Promise.all(Array.from({ length: 10 }, () => stack.onboard()));
  await withinOneWindow(40);
  // A hundred at a time: the authorizer is one instance here, and gives DynamoDB three seconds.
  const answers = await Promise.all(
    accounts.map(async ({ apiKey }) => {
      const all: HttpResponse[] = [];
      while (all.length < LIMIT) all.push(...(await atOnce(apiKey, 10)));
      return all;
    }),
  );
  expect(answers.flat().map(({ status }) => status)).toEqual(Array(10 * LIMIT).fill(200));
});

test('of a burst of onboardings who is refused for load is told when to come again, and then gets in', async () => {
  const busy = await startTestStack({ profile: 'default', config: { reservedConcurrency: { accounts: 2 } } });
  try {
    const onboard = (index: number) =>
      busy.send('POST /v1/auth/onboard', {
        json: { email: `burst${index}@example.com`, password: PASSWORD },
      });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => onboard(index)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 201).length).toBe(20 - refused.length);
    for (const { headers } of refused) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    await sleep(Number(refused[0]?.headers['retry-after']) * 1000);
    const index = answers.findIndex(({ status }) => status === 503);
    expect((await onboard(index)).status).toBe(201);
  } finally {
    await busy.stop();
  }
});
