import { afterAll, beforeAll, expect, test } from 'vitest';
import { S } from '../../lambdas/kernel/items.ts';
import type { LedgerEntry } from '../../lambdas/ledger/entries.ts';
import { DynamoLedger } from '../../lambdas/ledger/ledger-store.ts';
import { startStore, type TestStore } from '../support/table.ts';

/** The ledger in its table: the last entry of an item stays, in whatever order a stream brings them. */
let store: TestStore;
let ledger: DynamoLedger;
beforeAll(async () => {
  store = await startStore();
  ledger = new DynamoLedger(store.table);
});
afterAll(() => store.stop());

const entry = (at: number, state: string, id = 'abc'): LedgerEntry => ({
  kind: 'key',
  PK: `KEY#${id}`,
  SK: 'KEY',
  at,
  kept: { st: S(state) },
  isGone: false,
});
const since = async (at: number) => {
  const entries: LedgerEntry[] = [];
  for await (const page of ledger.since(at)) entries.push(...page);
  return entries;
};

test('an entry is replaced by a later one of the same item, and not by one that comes again', async () => {
  await ledger.note(entry(100, 'disabled'));
  await ledger.note(entry(200, 'revoked'));
  await ledger.note(entry(100, 'disabled'));
  expect(await since(0)).toEqual([entry(200, 'revoked')]);
});

test('entries are given from a time on, and say that an item is gone', async () => {
  await ledger.note({ ...entry(300, 'active', 'def'), isGone: true });
  expect(await since(250)).toEqual([{ ...entry(300, 'active', 'def'), isGone: true }]);
  expect(await since(301)).toEqual([]);
});

test('the position moves forward only, and is no entry', async () => {
  expect(await ledger.position()).toBeUndefined();
  await ledger.notePosition(500);
  await ledger.notePosition(400);
  expect(await ledger.position()).toBe(500);
  expect(await since(0)).toHaveLength(2);
});
