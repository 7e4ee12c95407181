/** What may happen once in a tenant happens once, however many ask for it at the same time. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
});
afterAll(() => stack?.stop());

/** A tenant of its own for each test, as its administrator. */
async function administrator() {
  const account = await stack.onboard();
  return { account, headers: bearer(await stack.logIn(account)) };
}
const atOnce = (times: number, call: (index: number) => Promise<HttpResponse>) =>
  Promise.all(Array.from({ length: times }, (_, index) => call(index)));
const tally = (responses: readonly HttpResponse[]) =>
  Object.fromEntries(
    [...Map.groupBy(responses, ({ status }) => status)].map(([status, some]) => [status, some.length]),
  );

test('one address added twelve times at once, in two tenants, makes one person', async () => {
  const [one, two] = [await administrator(), await administrator()];
  const json = { email: 'wanted@example.com', password: PASSWORD };
  // As many at a time as the function has instances reserved.
  const added: HttpResponse[] = [];
  for (let round = 0; round < 3; round += 1) {
    added.push(
      ...(await atOnce(4, (index) =>
        stack.send('POST /v1/users', { headers: (index % 2 === 0 ? one : two).headers, json }),
      )),
    );
  }
  expect(tally(added)).toEqual({ 201: 1, 409: 11 });
  const people = await Promise.all(
    [one, two].map(async ({ headers }) => (await stack.send('GET /v1/users', { headers })).json.data.length),
  );
  expect(people.sort()).toEqual([1, 2]);
});

test('four administrators who demote each other in a circle at once leave at least one', async () => {
  const first = await administrator();
  const circle = [{ id: first.account.userId, headers: first.headers }];
  for (let index = 0; index < 3; index += 1) {
    const email = `circle${index}.${first.account.email}`;
    const json = { email, password: PASSWORD, role: 'admin' };
    const created = await stack.send('POST /v1/users', { headers: first.headers, json });
    const { id } = expectStatus(created, 201).json;
    circle.push({ id, headers: bearer(await stack.logIn({ email } as Account)) });
  }
  const json = { role: 'viewer' };
  const demotions = await atOnce(4, (index) =>
    stack.send(`PATCH /v1/users/${circle[(index + 1) % 4]?.id}`, {
      headers: { ...circle[index]?.headers },
      json,
    }),
  );
  for (const { status } of demotions) expect([200, 401, 403, 409]).toContain(status);
  const roles = await Promise.all(
    circle.map(async ({ headers }) => (await stack.send('GET /v1/auth/me', { headers })).json.role),
  );
  expect(roles).toContain('admin');
  // What a session is told is what it may.
  for (const [index, { headers }] of circle.entries())
    expect((await stack.send('GET /v1/users', { headers })).status).toBe(
      roles[index] === 'admin' ? 200 : 403,
    );
});

test('four changes of one password at once: one holds, and only its session goes on', async () => {
  const { account } = await administrator();
  const tokens: string[] = [];
  for (let index = 0; index < 4; index += 1) tokens.push(await stack.logIn(account));
  const changes = await atOnce(4, (index) =>
    stack.send('POST /v1/auth/password', {
      headers: bearer(tokens[index] ?? ''),
      json: { current_password: PASSWORD, new_password: `the new one of ${index}` },
    }),
  );
  const winners = changes.flatMap(({ status }, index) => (status === 200 ? [index] : []));
  expect(winners).toHaveLength(1);
  const alive = await Promise.all(
    tokens.map(async (token) => (await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status),
  );
  expect(alive).toEqual(tokens.map((_, index) => (index === winners[0] ? 200 : 401)));
  const json = { email: account.email, password: `the new one of ${winners[0]}` };
  expect((await stack.send('POST /v1/auth/login', { json })).status).toBe(200);
});

test('an import that is sent three times at once makes each key once', async () => {
  const { headers } = await administrator();
  const keys = Array.from({ length: 100 }, () => `old_${randomBytes(20).toString('hex')}`);
  const body = keys.map((key) => JSON.stringify({ type: 'api_key', key })).join('\n');
  const send = () => stack.send('POST /v1/admin/import', { headers, body });
  const answers = await atOnce(3, send);
  expect(tally(answers)).toEqual({ 200: 3 });
  let last = await send();
  while (!last.json.complete) last = await send();
  expect(last.json.counts).toEqual({ unchanged: 100 });
  expect((await stack.send('GET /v1/workspaces', { headers })).json.data[0].key_count).toBe(101);
  expect((await stack.send('GET /v1/things', { headers: apiKey(keys[99] ?? '') })).status).toBe(200);
});

test('twenty changes at once are numbered without gaps, each once', async () => {
  const { headers } = await administrator();
  const changes = await atOnce(20, (index) =>
    index % 2 === 0
      ? stack.send('PATCH /v1/tenant', { headers, json: { sector: `Sector ${index}` } })
      : stack.send('POST /v1/api-keys', { headers, json: { name: `key ${index}` } }),
  );
  expect(changes.filter(({ status }) => status >= 300)).toEqual([]);
  await stack.local.idle();
  const rows: { seq: number; action: string; after: { sector?: string } }[] = (
    await stack.send('GET /v1/audit?limit=1000', { headers })
  ).json.data;
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  const sectors = rows.flatMap(({ action, after }) => (action === 'tenant.update' ? [after.sector] : []));
  expect(sectors.sort()).toEqual([...new Set(sectors)].sort());
  expect(sectors).toHaveLength(10);
  // With the one of onboarding.
  expect(rows.filter(({ action }) => action === 'key.create')).toHaveLength(11);
});
