import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, RestoreTableToPointInTimeCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { number } from '../../lambdas/kernel/items.ts';
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
import { OperatorShell } from './shell.ts';

/**
 * The recovery drill: an hour of a deployment is lost, and its table comes back from before. Whatever ended in that
 * hour stays ended, by the stack that serves from the restored table; what lived lives.
 */
const CONFIG = { tiers: { free: ROOMY_TIER } };
const NEW_PASSWORD = 'AnotherSecurePassword456!';
const dataDir = mkdtempSync(join(tmpdir(), 'recovery-'));
let stack: TestStack;
let shell: OperatorShell;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: CONFIG }, { dataDir });
  shell = new OperatorShell(stack.local);
});
afterAll(async () => {
  await stack?.stop();
  shell?.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

const status = async (headers: Readonly<Record<string, string>>, target = 'GET /v1/stats') =>
  (await stack.send(target, { headers })).status;
const done = (response: HttpResponse) => {
  if (response.status >= 300) throw new Error(`${response.status} ${response.text}`);
};
const logIn = async (email: string, password = PASSWORD) =>
  (await stack.raw('POST /v1/auth/login', { json: { email, password } })).status;

async function addPerson(admin: { authorization: string }, email: string, role: string) {
  const json = { email, password: PASSWORD, role };
  const { id } = expectStatus(await stack.send('POST /v1/users', { headers: admin, json }), 201).json;
  return { id: String(id), email, headers: bearer(await stack.logIn({ email } as Account)) };
}

test('what was dead before the recovery is dead after it, and what lived lives', async () => {
  const ada = await stack.onboard('ada@example.com');
  const bob = await stack.onboard('bob@example.com');
  const oldToken = await stack.logIn(ada);
  const admin = bearer(oldToken);
  const [kept, revoked, disabled, ending, narrowed, rotated, late] = await Promise.all(
    ['kept', 'revoked', 'disabled', 'ending', 'narrowed', 'rotated', 'late'].map((name) =>
      stack.createKey(oldToken, { name, scopes: ['read', 'write'] }),
    ),
  );
  const eve = await addPerson(admin, 'eve@example.com', 'admin');
  const mallory = await addPerson(admin, 'mallory@example.com', 'admin');
  const pat = await addPerson(admin, 'pat@example.com', 'editor');
  const ended = bearer(await stack.logIn({ email: pat.email } as Account));
  const refresh = (
    await stack.send('POST /v1/auth/login', { json: { email: ada.email, password: PASSWORD } })
  ).json.refresh_token;
  const [signing] = (await shell.json('signing-keys')).keys.filter(
    ({ use, state }: { use: string; state: string }) => use === 'token' && state === 'signs',
  );
  for (const key of [kept, revoked, disabled, ending, narrowed, rotated, late])
    expect(await status(apiKey(key.key))).toBe(200);

  // The time of the last good state. What comes now is after it.
  const at = new Date(Math.floor(Date.now() / 1000) * 1000);
  await sleep(1_100);

  const change = (id: string, json: object) =>
    stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json });
  expectStatus(await stack.send(`DELETE /v1/api-keys/${revoked.id}`, { headers: admin }), 200);
  expectStatus(await change(disabled.id, { enabled: false }), 200);
  const soon = new Date(Date.now() + 2_000).toISOString();
  expectStatus(await change(ending.id, { expires_at: soon }), 200);
  expectStatus(await change(narrowed.id, { scopes: ['read'] }), 200);
  const successor = expectStatus(
    await stack.send(`POST /v1/api-keys/${rotated.id}/rotate`, {
      headers: admin,
      json: { grace_seconds: 0 },
    }),
    200,
  ).json.key;
  const lost = await stack.createKey(oldToken, { name: 'lost' });
  expectStatus(
    await stack.send(`PATCH /v1/users/${eve.id}`, { headers: admin, json: { role: 'viewer' } }),
    200,
  );
  done(await stack.send(`DELETE /v1/users/${mallory.id}`, { headers: admin }));
  done(await stack.send('POST /v1/auth/logout', { headers: ended }));
  done(
    await stack.send('POST /v1/auth/password', {
      headers: pat.headers,
      json: { current_password: PASSWORD, new_password: NEW_PASSWORD },
    }),
  );
  expectStatus(await stack.send('POST /v1/auth/refresh', { json: { refresh_token: refresh } }), 200);
  await shell.said('tenants', 'close', bob.tenantId);
  await stack.local.rotateSecret('KeysetSecret');
  await shell.said('signing-keys', 'revoke', signing.kid);
  await stack.local.idle();

  const plan = await shell.json('recover', '--to', at.toISOString(), '--dry-run');
  expect(plan).toMatchObject({ gap: 'none', changed: 'nothing (--dry-run)' });
  expect(Object.keys(plan.ledger_entries)).toEqual(
    expect.arrayContaining(['key', 'session', 'person', 'password', 'signing-key', 'tenant']),
  );
  // The ledger alone knows it too, where the table before is gone: but for the last seconds.
  const { region, credentials, dynamodbEndpoint: endpoint, outputs } = stack.local;
  const dynamodb = new DynamoDBClient({ region, credentials, endpoint });
  await dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: outputs.TableName,
      TargetTableName: 'by-ledger',
      RestoreDateTime: at,
    }),
  );
  const byLedger = ['recover', '--to', at.toISOString(), '--from', 'gone', '--into', 'by-ledger'];
  expect((await shell.refusal(...byLedger)).text).toContain('--accept-gap');
  const withoutTable = await shell.json(...byLedger, '--accept-gap');
  expect(withoutTable.from).toBe('gone (gone)');
  expect((await shell.refusal('recover', '--to', at.toISOString(), '--from', 'gone')).text).toContain(
    'There is no table gone to restore.',
  );

  const recovered = await shell.json('recover', '--to', at.toISOString());
  const { session: _, ...endedKinds } = recovered.ended;
  expect(withoutTable.ended).toMatchObject(endedKinds);
  expect(recovered.ended).toMatchObject({
    key: 5,
    person: 3,
    password: 2,
    session: expect.any(Number),
    tenant: 1,
    'signing-key': 1,
  });
  const stream = /'(arn:.*)'/.exec(recovered.next[0])?.[1];
  expect(recovered.next[1]).toBe('npm run deploy');

  // The stack goes on serving from the table before, until the next deployment.
  const newAdmin = bearer(await stack.logIn(ada));
  expectStatus(await stack.send(`DELETE /v1/api-keys/${late.id}`, { headers: newAdmin }), 200);
  const before = stack.local.outputs.TableName ?? '';
  const port = Number(new URL(stack.url).port);
  await stack.stop();
  shell.remove();
  stack = await startTestStack(
    { profile: 'default', config: { ...CONFIG, restoredTableStreamArn: stream } },
    { dataDir, port },
  );
  shell = new OperatorShell(stack.local);
  const into = stack.local.outputs.TableName ?? '';
  expect(into).toBe(`${before}-restored-${at.toISOString().replace(/\D/g, '').slice(0, 14)}`);
  const [last, , command] = [0, 1, 2].map((index) => recovered.next[index]);
  expect(last).toContain(stream);
  let isDone = false;
  const again = shell.json(...command.replace('npm run ops -- ', '').split(' ')).finally(() => {
    isDone = true;
  });
  // It waits for the reconciler's next run.
  for (let run = 1; !isDone; run += 1) {
    await sleep(2_000);
    await stack.local.tick(Date.now() + run * 61_000);
  }
  expect((await again).ended).toEqual({ key: 1 });
  await stack.local.idle();

  // What lived lives, with what was acknowledged of it.
  expect(await status(apiKey(kept.key))).toBe(200);
  expect(await status(apiKey(ada.apiKey))).toBe(200);
  expect(await status(apiKey(successor))).toBe(200);
  expect(await logIn(ada.email)).toBe(200);
  expect(await logIn(pat.email, NEW_PASSWORD)).toBe(200);

  // What was dead is dead.
  for (const key of [revoked, disabled, ending, rotated, late, lost])
    expect(await status(apiKey(key.key)), key.name).toBe(401);
  expect(await status(apiKey(narrowed.key), 'POST /v1/things')).toBe(403);
  expect(await status(apiKey(narrowed.key))).toBe(200);
  expect(await status(apiKey(bob.apiKey))).toBe(401);
  expect(await status(bearer(oldToken))).toBe(401);
  for (const { headers } of [eve, mallory, pat]) expect(await status(headers)).toBe(401);
  expect(await status(ended)).toBe(401);
  expect(await logIn(mallory.email)).toBe(401);
  expect(await logIn(pat.email)).toBe(401);
  const refreshed = await stack.raw('POST /v1/auth/refresh', { json: { refresh_token: refresh } });
  expect(refreshed.status).toBe(400);
  const eveAgain = bearer(await stack.logIn({ email: eve.email } as Account));
  expect(await status(eveAgain, 'GET /v1/users')).toBe(403);

  // And what is counted is what is there.
  const tenant = (await stack.table.get(tenantKey(ada.tenantId))) ?? {};
  expect([number(tenant, 'keyCount'), number(tenant, 'userCount'), number(tenant, 'adminCount')]).toEqual([
    6, 3, 1,
  ]);
  const another = await stack.createKey(await stack.logIn(ada), { name: 'again' });
  expect(await status(apiKey(another.key))).toBe(200);
  const trail = (await stack.send('GET /v1/audit?limit=1000', { headers: bearer(await stack.logIn(ada)) }))
    .json.data;
  expect(trail.map(({ seq }: { seq: number }) => seq)).toEqual(
    trail.map((_: unknown, index: number) => index + 1),
  );
}, 300_000);
