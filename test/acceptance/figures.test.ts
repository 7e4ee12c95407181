/** One structured line a request, with its id and never a secret; the metrics in it are what CloudWatch counts. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { apiKey, bearer, expectStatus, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
});
afterAll(() => stack.stop());

/** Lines come on another way than answers, and may come after them. */
const eventually = (check: () => void) => vi.waitFor(check, 20_000);
const sum = (name: string, outcome: string) =>
  stack.local.figures().find((figure) => figure.name === name && figure.dimensions === `outcome=${outcome}`)
    ?.sum ?? 0;

test('decisions, requests, logins and rotations are counted by their outcome', async () => {
  const account = await stack.onboard();
  const token = await stack.logIn(account);
  await stack.send('POST /v1/auth/login', { json: { email: account.email, password: `${PASSWORD}x` } });
  await stack.send('GET /v1/auth/me', { headers: bearer(token) });
  await stack.send('GET /v1/auth/me');
  const small = await stack.createKey(token, { scopes: ['read'] });
  await stack.send('POST /v1/api-keys', { headers: apiKey(small.key), json: { name: 'x' } });
  await eventually(() => {
    expect(sum('Decisions', 'allowed')).toBe(2);
    expect(sum('Decisions', 'refused')).toBe(1);
    expect(sum('Decisions', 'forbidden')).toBe(1);
    expect(sum('Logins', 'served')).toBe(1);
    expect(sum('Logins', 'refused')).toBe(1);
    // Of the keys of tokens, and of those of assertions.
    expect(sum('Rotations', 'done')).toBe(2);
  });
  expect(sum('DecisionsLatency', 'allowed')).toBeGreaterThan(0);
  stack.local.pauseDynamodb();
  await stack.send('GET /v1/auth/me', { headers: bearer(token) });
  stack.local.resumeDynamodb();
  await eventually(() => expect(sum('Decisions', 'failed')).toBe(1));
});

test('a key that nobody has is counted, and its line says who sent it; a good one’s does not', async () => {
  const { apiKey: key } = await stack.onboard();
  const unknown = newKey(stack.profile.keys, 'live', newLocator());
  const counted = sum('UnknownKeys', 'refused');
  for (const presented of [unknown, unknown, `${unknown}0`, key])
    await stack.send('GET /v1/auth/me', { headers: apiKey(presented) });
  // The second time it is known to be wrong, and a malformed one is not looked up: neither costs a write.
  await eventually(() => expect(sum('UnknownKeys', 'refused')).toBe(counted + 1));
  const addressed = stack.lines.filter((line) => line.includes('"address":'));
  expect(addressed).toHaveLength(1);
  expect(addressed[0]).toContain('"reason":"invalid_credential","address":"127.0.0.1"');
});

test('each request has one line of the authorizer and one of its function, by its id and without a secret', async () => {
  const account = await stack.onboard();
  const from = stack.lines.length;
  const headers = { ...apiKey(account.apiKey), 'x-request-id': 'trace-me' };
  await stack.send('GET /v1/auth/me?token=hidden', { headers });
  const told = () => stack.lines.slice(from).filter((line) => line.includes('"request_id":"trace-me"'));
  const functionOf = (line: string) =>
    line
      .trim()
      .split(':', 1)[0]
      ?.replace(/Function.{8}$/, '');
  await eventually(() => expect(told()).toHaveLength(2));
  const lines = told().sort();
  expect(lines.map(functionOf)).toEqual(['Functionsauthorizer', 'Functionsmanagement']);
  expect(lines[0]).toContain(`"tenant":"${account.tenantId}"`);
  for (const secret of [account.apiKey, PASSWORD, 'hidden']) expect(stack.lines.join()).not.toContain(secret);
});

test('the page shows them', async () => {
  const url = await stack.local.showFigures();
  expect(await (await fetch(url)).text()).toContain('<td>Decisions</td><td>outcome=allowed</td>');
  expect(await (await fetch(`${url}/figures.json`)).json()).toEqual(stack.local.figures());
});

test('where three allowed decisions share a line, all are counted, and refusals have a line each', async () => {
  const sharing = await startTestStack({ profile: 'default', config: { allowedDecisionsPerLogLine: 3 } });
  try {
    const counted = (outcome: string) =>
      sharing.local
        .figures()
        .find((figure) => figure.name === 'Decisions' && figure.dimensions === `outcome=${outcome}`)?.sum;
    const { apiKey: key } = await sharing.onboard();
    const call = (headers: Record<string, string>) => sharing.send('GET /v1/auth/me', { headers });
    // One at once, then two lines of three: the eighth waits for two more.
    for (let made = 0; made < 8; made += 1) expectStatus(await call(apiKey(key)), 200);
    for (let made = 0; made < 2; made += 1) expectStatus(await call(apiKey('lk_live_wrong')), 401);
    await eventually(() => expect([counted('allowed'), counted('refused')]).toEqual([7, 2]));
  } finally {
    await sharing.stop();
  }
});
