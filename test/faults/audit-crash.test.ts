/** Functions die between a change and its row of the audit trail: the row is there in the end, and once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Account,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { startWatchedEngine, type WatchedCall, type WatchedEngine } from '../support/watched-engine.ts';

let engine: WatchedEngine;
let stack: TestStack;
let ada: Account;
let headers: { authorization: string };
beforeAll(async () => {
  engine = await startWatchedEngine();
  stack = await startTestStack(
    { profile: 'default', config: { tiers: { free: ROOMY_TIER } } },
    { dynamodb: { endpoint: engine.endpoint } },
  );
  ada = await stack.onboard();
  headers = bearer(await stack.logIn(ada));
  await stack.local.idle();
});
afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

type Moment = 'before it is carried out' | 'after it was carried out';

/** Kills a function once, at the first call that `at` finds; resolves when it is dead. */
function killing(victim: string, moment: Moment, at: (call: WatchedCall) => boolean): Promise<void> {
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  let isArmed = true;
  const fire = async (call: WatchedCall): Promise<boolean> => {
    if (!isArmed || !at(call)) return false;
    isArmed = false;
    await stack.local.kill(victim);
    resolve();
    return true;
  };
  engine.before = async (call) => moment === 'after it was carried out' || !(await fire(call));
  engine.after = async (call) => {
    if (moment === 'after it was carried out') await fire(call);
  };
  return dead;
}

const writesRow = ({ action, body }: WatchedCall) =>
  action === 'TransactWriteItems' && body.includes('AUDITED#key#');
const givesPlaceBack = ({ action, body }: WatchedCall) =>
  action === 'TransactWriteItems' && body.includes('SET freed');
const changesKey = ({ action, body }: WatchedCall) =>
  action === 'UpdateItem' && body.includes('chg = :change');

interface Row {
  readonly seq: number;
  readonly action: string;
  readonly target: string;
}

async function trail(): Promise<Row[]> {
  engine.before = async () => true;
  engine.after = async () => undefined;
  await stack.local.idle();
  const { data } = expectStatus(await stack.send('GET /v1/audit?limit=1000', { headers }), 200).json;
  return data;
}

/** What happens to a key in its life; an answer that was lost is not asked for again. */
const LIFE: readonly (readonly [string, string, object | undefined])[] = [
  ['PATCH', '', { scopes: ['read'] }],
  ['PATCH', '', { enabled: false }],
  ['PATCH', '', { enabled: true }],
  ['POST', '/rotate', {}],
  ['DELETE', '', undefined],
];
const TOLD = ['key.create', 'key.update', 'key.disable', 'key.enable', 'key.rotate', 'key.revoke'];

test.each<[string, string, Moment, (call: WatchedCall) => boolean]>([
  ['the stream’s function at the row’s write', 'Functionsstream', 'before it is carried out', writesRow],
  ['the stream’s function at the row’s write', 'Functionsstream', 'after it was carried out', writesRow],
  ['the stream’s function at later work', 'Functionsstream', 'before it is carried out', givesPlaceBack],
  ['who changes the key at its write', 'Functionsmanagement', 'after it was carried out', changesKey],
])('killed %s (%s), %s: each change has its row, once, in order', async (_what, victim, moment, at) => {
  const { id } = (await stack.createKey(headers.authorization.slice(7))) as { id: string };
  await stack.local.idle();
  for (const [method, path, json] of LIFE) {
    const isKilled = killing(victim, moment, at);
    const change = stack.send(`${method} /v1/api-keys/${id}${path}`, {
      headers,
      ...(json === undefined ? {} : { json }),
    });
    // Only a revocation gives a place back.
    if (at !== givesPlaceBack || method === 'DELETE') await isKilled;
    const { status } = await change;
    expect(victim === 'Functionsmanagement' ? status >= 500 : status === 200).toBe(true);
    await stack.local.idle();
  }
  const rows = await trail();
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
  const ofKey = rows.filter(({ target }) => target === `key:${id}`).map(({ action }) => action);
  expect(ofKey).toEqual(TOLD);
});

test('killed at the write of a row with which the change shares a transaction: both or neither', async () => {
  for (const moment of ['before it is carried out', 'after it was carried out'] as const) {
    const renames = ({ action, body }: WatchedCall) =>
      action === 'TransactWriteItems' && body.includes('"tenant.update"');
    const isKilled = killing('Functionsmanagement', moment, renames);
    const name = `renamed, and killed ${moment}`;
    const { status } = await stack.send('PATCH /v1/tenant', { headers, json: { name } });
    await isKilled;
    expect(status).toBeGreaterThanOrEqual(500);
    const told = (await trail()).filter(({ action }) => action === 'tenant.update').length;
    const tenant = (await stack.send('GET /v1/tenant', { headers })).json;
    expect([moment, told, tenant.name === name]).toEqual(
      moment === 'before it is carried out' ? [moment, 0, false] : [moment, 1, true],
    );
  }
});
