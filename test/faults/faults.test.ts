import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Configuration } from '../support/assembly.ts';
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
} from '../support/stack.ts';

/** What a caller must never read: names of ours, of AWS, and where the fault was. */
const INTERNAL = /dynamo|secrets|ECONN|socket|timeout|127\.0\.0\.1|arn:|Latchkey-|\.ts|\.mjs|at async/i;
/** Longer than `/health` repeats an answer. */
const HEALTH_MILLISECONDS = 5_200;

const DOWN = 'down';
/** Later than any deadline of ours. */
const SLOW = { delayMilliseconds: 5000 };
const FAULTS = [
  ['down', DOWN],
  ['slow', SLOW],
] as const;

const config = { tiers: { free: ROOMY_TIER } };
/** The faults come upon functions that run: one that starts meanwhile takes longer. */
const WARM = { warmsFunctions: true };

/** A failure in the profile's shape that says nothing of its cause. */
function expectClosed(response: HttpResponse, status: number): void {
  expect(response.status).toBe(status);
  expect(response.json).toMatchObject({ type: 'server_error', status });
  expect(response.json.request_id).toBe(response.headers['x-request-id']);
  expect(response.text).not.toMatch(INTERNAL);
}

/** Waits for the operator's line of something that happened after `from` lines. */
async function expectLine(stack: TestStack, from: number, pattern: RegExp): Promise<void> {
  await vi.waitFor(() => {
    const lines = stack.lines.slice(from);
    if (!lines.some((line) => pattern.test(line)))
      throw new Error(`${pattern} is not in\n${lines.join('\n')}`);
  }, 20_000);
}

describe.each(['default', 'memgraph'])('the profile %s', (profile) => {
  let stack: TestStack;
  let ada: Account;
  let protectedCalls: readonly (() => Promise<HttpResponse>)[];

  beforeAll(async () => {
    stack = await startTestStack({ profile, config }, WARM);
    ada = await stack.onboard();
    const token = await stack.logIn(ada);
    protectedCalls = [
      () => stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) }),
      () => stack.send('POST /v1/things', { headers: apiKey(ada.apiKey), json: {} }),
      () => stack.send('GET /v1/auth/me', { headers: bearer(token) }),
      () => stack.send('GET /v1/api-keys', { headers: bearer(token) }),
      () => stack.send('POST /v1/api-keys', { headers: bearer(token), json: { name: 'x' } }),
    ];
    await expectAllServed();
  });
  afterEach(() => {
    stack.local.resumeDynamodb();
    stack.local.resumeSecrets();
  });
  afterAll(() => stack?.stop());

  async function expectAllServed(): Promise<void> {
    for (const call of protectedCalls) expect((await call()).status).toBeLessThan(300);
  }

  test.each(FAULTS)(
    'with DynamoDB %s no protected call is let in, the operator is told why, and service resumes by itself',
    async (_how, fault) => {
      const from = stack.lines.length;
      stack.local.pauseDynamodb(fault);
      const responses = await Promise.all(protectedCalls.map((call) => call()));
      for (const response of responses) expectClosed(response, 500);
      const cause =
        fault === SLOW ? 'TimeoutError: DynamoDB did not answer in time' : 'DynamoDB connection failed';
      await expectLine(stack, from, new RegExp(`authorizer.*${cause}`));
      stack.local.resumeDynamodb();
      await expectAllServed();
    },
  );

  test.each(FAULTS)('with DynamoDB %s what can be refused without it is still a 401', async (_how, fault) => {
    stack.local.pauseDynamodb(fault);
    expect((await stack.send('GET /v1/things')).status).toBe(401);
    expect((await stack.send('GET /v1/things', { headers: apiKey('lk_live_x') })).status).toBe(401);
  });

  test.each(FAULTS)(
    'with Secrets Manager %s keys, and tokens whose signing key is known, go on working',
    async (_how, fault) => {
      // Its copy of the keyset is a minute's: a new instance has all of it before it.
      await stack.local.kill('Functionsforwarder');
      await expectAllServed();
      stack.local.pauseSecrets(fault);
      await expectAllServed();
    },
  );
});

// Each on a stack of its own, all at once: their time is spent on waiting.
describe.concurrent('onboarding, login and /health', () => {
  test.each(FAULTS)(
    'are a 503 with DynamoDB %s, whose line names the cause, and come back by themselves',
    async (_how, fault) => {
      await withStack({ profile: 'default', config }, async (stack) => {
        const account = await stack.onboard();
        const json = { email: account.email, password: PASSWORD };
        const from = stack.lines.length;
        stack.local.pauseDynamodb(fault);
        const [onboarded, loggedIn, health] = await Promise.all([
          stack.send('POST /v1/auth/onboard', { json: { ...json, email: 'new@example.com' } }),
          stack.send('POST /v1/auth/login', { json }),
          stack.send('GET /health'),
        ]);
        for (const response of [onboarded, loggedIn, health]) expectClosed(response, 503);
        for (const { json } of [onboarded, loggedIn]) expect(json.code).toBe('unavailable');
        // Without the public keys on CONTROL no token could be verified.
        expect(health.json.detail).toBe('Not healthy: database.');
        await expectLine(
          stack,
          from,
          /accounts.*"route":"POST .*onboard.*"status":503.*"cause":\{"name":"\w*Error"/,
        );
        await expectLine(
          stack,
          from,
          /accounts.*"route":"POST .*login.*"status":503.*"cause":\{"name":"\w*Error"/,
        );
        await expectLine(stack, from, /public.*"status":503.*"cause"/);
        stack.local.resumeDynamodb();
        expectStatus(await stack.send('POST /v1/auth/login', { json }), 200);
        await sleep(HEALTH_MILLISECONDS);
        expectStatus(await stack.send('GET /health'), 200);
      });
    },
  );

  test.each(FAULTS)(
    'need Secrets Manager where they sign: with it %s they are a 503, and come back by themselves',
    async (_how, fault) => {
      await withStack({ profile: 'default', config }, async (stack) => {
        const account = await stack.onboard();
        const logIn = () =>
          stack.send('POST /v1/auth/login', { json: { email: account.email, password: PASSWORD } });
        const upstream = () => stack.send('GET /v1/things', { headers: apiKey(account.apiKey) });
        const from = stack.lines.length;
        stack.local.pauseSecrets(fault);
        const [loggedIn, forwarded, health, me] = await Promise.all([
          logIn(),
          // The upstream is not called without an assertion.
          upstream(),
          stack.send('GET /health'),
          stack.send('GET /v1/auth/me', { headers: apiKey(account.apiKey) }),
        ]);
        for (const response of [loggedIn, forwarded]) expectClosed(response, 503);
        expect(health.status).toBe(503);
        expect(health.json.detail).toBe('Not healthy: signing_keys.');
        expectStatus(me, 200);
        await expectLine(stack, from, /accounts.*"status":503.*"cause":\{"name":"\w*Error"/);
        await expectLine(stack, from, /forwarder.*"status":503.*"cause":\{"name":"\w*Error"/);
        stack.local.resumeSecrets();
        const { access_token } = expectStatus(await logIn(), 200).json;
        expectStatus(await upstream(), 200);
        expectStatus(await stack.send('GET /v1/auth/me', { headers: bearer(access_token) }), 200);
        await sleep(HEALTH_MILLISECONDS);
        expectStatus(await stack.send('GET /health'), 200);
      });
    },
  );
});

/** A stack of a test's own. */
async function withStack(
  configuration: Configuration,
  run: (stack: TestStack) => Promise<void>,
): Promise<void> {
  const stack = await startTestStack(configuration, WARM);
  try {
    await run(stack);
  } finally {
    await stack.stop();
  }
}

test('a shared secret that the authorizer cannot read lets no token in, and is read again by itself', async () => {
  await withStack({ profile: 'memgraph', config }, async (stack) => {
    const token = await stack.logIn(await stack.onboard());
    const me = () => stack.send('GET /v1/auth/me', { headers: bearer(token) });
    const from = stack.lines.length;
    stack.local.pauseSecrets();
    expectClosed(await me(), 500);
    await expectLine(stack, from, /authorizer.*Secrets Manager gave no secret: Error: socket hang up/);
    stack.local.resumeSecrets();
    expectStatus(await me(), 200);
    stack.local.pauseSecrets();
    expectStatus(await me(), 200);
  });
});

test('new instances of every function know all that the old ones did', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-restart-'));
  let stack = await startTestStack({ profile: 'memgraph', config }, { dataDir });
  try {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const ended = await stack.logIn(account);
    expectStatus(await stack.send('POST /v1/auth/logout', { headers: bearer(ended) }), 200);
    const [kept, revoked] = [await stack.createKey(token), await stack.createKey(token)];
    expectStatus(await stack.send(`DELETE /v1/api-keys/${revoked.id}`, { headers: bearer(token) }), 200);
    // Tokens name the URL that issued them.
    const port = Number(new URL(stack.url).port);
    await stack.stop();

    stack = await startTestStack({ profile: 'memgraph', config }, { dataDir, port });
    const status = async (headers: Record<string, string>) =>
      (await stack.send('GET /v1/auth/me', { headers })).status;
    expect(await status(bearer(token))).toBe(200);
    expect(await status(apiKey(kept.key))).toBe(200);
    expect(await status(apiKey(revoked.key))).toBe(401);
    expect(await status(bearer(ended))).toBe(401);
  } finally {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
