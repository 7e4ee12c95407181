import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import type { HttpResponse } from '../support/http.ts';
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

const LIMIT = 100;

/** A tier of the published limit, and few keys. */
const EXACT = 'exact';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: {
        free: ROOMY_TIER,
        [EXACT]: { ...ROOMY_TIER, keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT, keys: 5 },
      },
    },
  });
});
afterAll(() => stack?.stop());

const atOnce = <Result>(count: number, call: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));

/** How often each status came. */
function tally(responses: readonly HttpResponse[]): Record<number, number> {
  return Object.fromEntries(
    [...Map.groupBy(responses, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );
}

/** A tenant of the tier with the exact limits; before its first call, so that nobody remembers another. */
async function limitedAccount(): Promise<Account> {
  const account = await stack.onboard();
  await stack.table.update(tenantKey(account.tenantId), {
    UpdateExpression: 'SET tier = :tier',
    ExpressionAttributeValues: { ':tier': { S: EXACT } },
  });
  return account;
}

describe('what may happen once happens once', () => {
  test('one e-mail address onboarded twenty times at once makes one tenant; the others are told why', async () => {
    const responses = await atOnce(20, (index) => {
      const email = index % 2 === 0 ? 'race@example.com' : 'RACE@Example.com';
      return untilAnswered('POST /v1/auth/onboard', { json: { email, password: PASSWORD } });
    });
    expect(tally(responses)).toEqual({ 201: 1, 409: 19 });
    for (const { status, json } of responses) if (status === 409) expect(json.code).toBe('email_taken');
    const winner = responses.find(({ status }) => status === 201)?.json;
    const login = await stack.send('POST /v1/auth/login', {
      json: { email: 'race@example.com', password: PASSWORD },
    });
    const me = await stack.send('GET /v1/auth/me', { headers: bearer(login.json.access_token) });
    expect(me.json.tenant_id).toBe(winner.tenant_id);
    const keys = await stack.send('GET /v1/api-keys', { headers: bearer(login.json.access_token) });
    expect(keys.json.data.map(({ id }: { id: string }) => id)).toEqual([winner.key_id]);
  });

  test.each([0, 3600])(
    'twenty rotations at once with a grace of %i s make one new key',
    async (grace_seconds) => {
      const token = await stack.logIn(await stack.onboard());
      const before = await stack.createKey(token);
      const responses = await atOnce(20, () =>
        stack.send(`POST /v1/api-keys/${before.id}/rotate`, {
          headers: bearer(token),
          json: { grace_seconds },
        }),
      );
      expect(tally(responses)).toEqual({ 200: 1, 409: 19 });
      const { key } = responses.find(({ status }) => status === 200)?.json ?? {};
      expect((await stack.send('GET /v1/things', { headers: apiKey(key) })).status).toBe(200);
      const old = await stack.send('GET /v1/things', { headers: apiKey(before.key) });
      expect(old.status).toBe(grace_seconds === 0 ? 401 : 200);
    },
  );

  test('twenty creations at once make as many keys as the tier has room for', async () => {
    const token = await stack.logIn(await limitedAccount());
    const responses = await atOnce(20, () =>
      stack.send('POST /v1/api-keys', { headers: bearer(token), json: { name: 'one of many' } }),
    );
    expect(tally(responses)).toEqual({ 201: 4, 409: 16 });
  });

  test('a key revoked by twenty at once gives one place back', async () => {
    const token = await stack.logIn(await limitedAccount());
    const { id } = await stack.createKey(token);
    for (let others = 0; others < 3; others += 1) await stack.createKey(token);
    const revocations = await atOnce(20, () =>
      stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(token) }),
    );
    expect(tally(revocations)).toEqual({ 200: 20 });
    await stack.local.idle();
    const creations = await atOnce(3, () =>
      stack.send('POST /v1/api-keys', { headers: bearer(token), json: { name: 'in its place' } }),
    );
    expect(tally(creations)).toEqual({ 201: 1, 409: 2 });
  });
});

describe('under load a credential is refused from the moment its end has been answered', () => {
  test.each([
    ['revoked', 'DELETE', '', undefined, 'revoked_credential'],
    ['disabled', 'PATCH', '', { enabled: false }, 'disabled_credential'],
    ['rotated without grace', 'POST', '/rotate', { grace_seconds: 0 }, 'expired_credential'],
  ])('a key that is %s', async (_end, method, action, json, code) => {
    const token = await stack.logIn(await stack.onboard());
    const { id, key } = await stack.createKey(token);
    const end = () =>
      stack.send(`${method} /v1/api-keys/${id}${action}`, {
        headers: bearer(token),
        ...(json === undefined ? {} : { json }),
      });
    await expectRefusedAfter(end, apiKey(key), code);
  });

  test('a session that is logged out', async () => {
    const token = await stack.logIn(await stack.onboard());
    const end = () => stack.send('POST /v1/auth/logout', { headers: bearer(token) });
    await expectRefusedAfter(end, bearer(token), 'ended_session');
  });
});

describe('a limit of 100 requests a minute', () => {
  test.each(['key', 'session'])('lets exactly 100 of 300 parallel calls of a %s pass', async (kind) => {
    const account = await limitedAccount();
    const headers = kind === 'key' ? apiKey(account.apiKey) : bearer(await stack.logIn(account));
    await withinOneWindow(30);
    const responses = await atOnce(300, () => stack.send('GET /v1/auth/me', { headers }));
    expect(tally(responses)).toEqual({ 200: LIMIT, 429: 200 });
    const remaining = responses.flatMap(({ status, headers: told }) =>
      status === 200 ? [Number(told['x-ratelimit-remaining'])] : [],
    );
    expect(remaining.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, index) => index));
  });

  test('holds in each window when the calls come across its edge', { timeout: 180_000 }, async () => {
    const { apiKey: key } = await limitedAccount();
    const send = () => stack.send('GET /v1/auth/me', { headers: apiKey(key) });
    const edge = Math.ceil((Date.now() + 20_000) / 60_000) * 60_000;
    await sleep(edge - 20_000 - Date.now());
    const responses: HttpResponse[] = [];
    let sentBehind = 0;
    // Thirty calls at any time: well over a hundred before the edge, then across it, until as many were sent behind it.
    await atOnce(30, async () => {
      while (Date.now() < edge || sentBehind < 2 * LIMIT) {
        if (responses.length >= 2 * LIMIT && Date.now() < edge - 1_000)
          await sleep(edge - 1_000 - Date.now());
        if (Date.now() >= edge) sentBehind += 1;
        responses.push(await send());
      }
    });
    const passed = responses.filter(({ status }) => status === 200);
    const windows = Map.groupBy(passed, ({ headers }) => Number(headers['x-ratelimit-reset']) * 1000);
    expect([...windows].map(([reset, all]) => [reset, all.length])).toEqual([
      [edge, LIMIT],
      [edge + 60_000, LIMIT],
    ]);
  });
});

/** Calls without a pause while `end` happens. Every call that was sent after its answer must be refused. */
async function expectRefusedAfter(
  end: () => Promise<HttpResponse>,
  headers: Readonly<Record<string, string>>,
  code: string,
): Promise<void> {
  const calls: { readonly sentAt: number; readonly response: HttpResponse }[] = [];
  let stopped = false;
  const load = atOnce(20, async () => {
    while (!stopped) {
      const sentAt = performance.now();
      calls.push({ sentAt, response: await stack.send('GET /v1/auth/me', { headers }) });
    }
  });
  while (calls.length <= 40) await sleep(10);
  expectStatus(await end(), 200);
  const endedAt = performance.now();
  while (calls.filter(({ sentAt }) => sentAt > endedAt).length <= 40) await sleep(10);
  stopped = true;
  await load;
  const after = calls.filter(({ sentAt }) => sentAt > endedAt).map(({ response }) => response);
  expect(
    tally(calls.filter(({ sentAt }) => sentAt < endedAt).map(({ response }) => response))[200],
  ).toBeGreaterThan(20);
  expect(after.length).toBeGreaterThan(20);
  expect(tally(after)).toEqual({ 401: after.length });
  expect(new Set(after.map(({ json }) => json.code))).toEqual(new Set([code]));
}

/** Onboarding runs ten at a time; who finds no room is told to come again, and does. */
async function untilAnswered(target: string, request: { readonly json: unknown }): Promise<HttpResponse> {
  for (;;) {
    const response = await stack.send(target, request);
    if (response.status < 500) return response;
    await sleep(20);
  }
}
