import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { TOKEN_EXCHANGE } from '../../lambdas/people/exchange.ts';
import { type HttpResponse, httpClient, type Send } from '../support/http.ts';
import {
  apiKey,
  PASSWORD,
  startTestStack,
  type TestStack,
  withinOneWindow,
  withKey,
} from '../support/stack.ts';

const LIMITS = { accountsPerHour: 6, failedLoginsPerTenMinutes: 5, failedRefreshesPerTenMinutes: 5 };

let stack: TestStack;
const clients: (() => void)[] = [];
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { addressLimits: LIMITS } });
});
afterAll(async () => {
  for (const close of clients) close();
  await stack?.stop();
});

/** Sends from an address of this machine's own network. */
function from(address: string): Send {
  const { send, close } = httpClient(stack.url, address);
  clients.push(close);
  return send;
}

/** Counters begin anew every ten minutes of the clock, and every hour: no test runs across. */
beforeEach(async () => {
  const left = 600_000 - (Date.now() % 600_000);
  if (left < 60_000) await sleep(left + 20);
});

let people = 0;
const email = () => `somebody${(people += 1)}@example.com`;
const onboard = (send: Send, headers = {}) =>
  send('POST /v1/auth/onboard', { headers, json: { email: email(), password: PASSWORD } });
const logIn = (send: Send, address: string, password: string, headers = {}) =>
  send('POST /v1/auth/login', { headers, json: { email: address, password } });

/** The answer to a flood, in the profile's shape, when to come back in its text and its header. */
function expectSlowed(response: HttpResponse, longestSeconds: number): void {
  const seconds = Number(response.headers['retry-after']);
  expect(response.status).toBe(429);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(longestSeconds);
  const text = `Too many attempts from your address. Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
  expect(response.json.message ?? response.json.error_description).toBe(text);
  expect(response.headers).not.toHaveProperty('x-ratelimit-limit');
}

describe('one address', () => {
  test('opens so many accounts in an hour and no more, whatever X-Forwarded-For says', async () => {
    const flood = from('127.0.0.11');
    const answers: HttpResponse[] = [];
    for (let call = 0; call < LIMITS.accountsPerHour + 3; call += 1) {
      answers.push(await onboard(flood, { 'X-Forwarded-For': `198.51.100.${call}` }));
    }
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201, 429, 429, 429]);
    for (const answer of answers.slice(LIMITS.accountsPerHour)) expectSlowed(answer, 3600);
    expect((await onboard(from('127.0.0.12'))).status).toBe(201);
  });

  test('cannot spray a password over accounts; who has logged in from there before still can', async () => {
    const office = from('127.0.0.21');
    const [ada, ben] = [email(), email()];
    const elsewhere = from('127.0.0.22');
    for (const each of [ada, ben]) {
      await elsewhere('POST /v1/auth/onboard', { json: { email: each, password: PASSWORD } });
    }
    expect((await logIn(office, ada, PASSWORD)).status).toBe(200);
    const spray: HttpResponse[] = [];
    for (let call = 0; call < LIMITS.failedLoginsPerTenMinutes + 2; call += 1) {
      spray.push(await logIn(office, email(), 'Spring2026!', { 'X-Forwarded-For': `198.51.100.${call}` }));
    }
    expect(spray.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    for (const answer of spray.slice(-2)) expectSlowed(answer, 600);
    expect((await logIn(office, ada, PASSWORD)).status).toBe(200);
    expectSlowed(await logIn(office, ben, PASSWORD), 600);
    expect((await logIn(elsewhere, ben, PASSWORD)).status).toBe(200);
  });

  test('is told of refreshes that fail, and a refresh token that is right passes all the same', async () => {
    const office = from('127.0.0.31');
    const person = email();
    await from('127.0.0.32')('POST /v1/auth/onboard', { json: { email: person, password: PASSWORD } });
    const { json } = await logIn(office, person, PASSWORD);
    const refresh = (refresh_token: string) => office('POST /v1/auth/refresh', { json: { refresh_token } });
    const statuses = [];
    for (let call = 0; call < LIMITS.failedRefreshesPerTenMinutes; call += 1) {
      statuses.push((await refresh(`lkrefresh_nobodys${call}`)).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400]);
    const slowed = await refresh('lkrefresh_nobodys');
    expectSlowed(slowed, 600);
    expect(slowed.json.error).toBe('temporarily_unavailable');
    expect((await refresh(json.refresh_token)).status).toBe(200);
  });

  test('is told of bodies that are not valid, and its neighbours come in all the same', async () => {
    const office = from('127.0.0.61');
    const [fresh, known] = [email(), email()];
    for (const person of [fresh, known])
      await from('127.0.0.62')('POST /v1/auth/onboard', { json: { email: person, password: PASSWORD } });
    const statuses = [];
    for (let call = 0; call < LIMITS.failedLoginsPerTenMinutes; call += 1) {
      statuses.push((await office('POST /v1/auth/login', { json: { user: 'x' } })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400]);
    for (const [target, request] of [
      ['POST /v1/auth/login', { json: {} }],
      ['POST /v1/auth/onboard', { body: '{' }],
      ['POST /v1/auth/refresh', { json: {} }],
      ['POST /v1/auth/exchange', { body: 'x'.repeat(65 * 1024) }],
      ['POST /token', { json: { grant_type: TOKEN_EXCHANGE, subject_token: 'a.b.c' } }],
    ] as const)
      expectSlowed(await office(target, request), 600);
    for (const person of [fresh, known]) expect((await logIn(office, person, PASSWORD)).status).toBe(200);
    expect(
      (await office('POST /v1/auth/onboard', { json: { email: email(), password: PASSWORD } })).status,
    ).toBe(201);
  });

  test('that sends key after key keeps nobody’s right key out, and is told nothing but that each is invalid', async () => {
    const nat = from('127.0.0.41');
    const neighbour = (await onboard(from('127.0.0.42'))).json.api_key;
    const me = (key: string) => nat('GET /v1/auth/me', withKey(key));
    for (let call = 0; call < 80; call += 1) {
      const response = await me(newKey(stack.profile.keys, 'live', newLocator()));
      expect([response.status, response.json.code]).toEqual([401, 'invalid_credential']);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer/);
    }
    expect((await me(neighbour)).status).toBe(200);
  });

  test('cannot pass itself off as one that an allow-list has', async () => {
    const send = from('127.0.0.51');
    const person = email();
    await from('127.0.0.52')('POST /v1/auth/onboard', { json: { email: person, password: PASSWORD } });
    const { access_token } = (await logIn(send, person, PASSWORD)).json;
    const { key } = (
      await send('POST /v1/api-keys', {
        headers: { authorization: `Bearer ${access_token}` },
        json: { name: 'at home', allowed_ips: ['127.0.0.53'] },
      })
    ).json;
    const home = from('127.0.0.53');
    const headers = { ...apiKey(key), 'X-Forwarded-For': '127.0.0.53', Forwarded: 'for=127.0.0.53' };
    await withinOneWindow(15);
    expect((await home('GET /v1/things', withKey(key))).headers['x-ratelimit-remaining']).toBe('99');
    for (let theft = 0; theft < 5; theft += 1) {
      const response = await send('GET /v1/things', { headers });
      expect(response.json.code).toBe('address_not_allowed');
      expect(response.headers['x-ratelimit-remaining']).toBe('99');
    }
    expect((await home('GET /v1/things', withKey(key))).headers['x-ratelimit-remaining']).toBe('98');
  });
});
