import { expect, test } from 'vitest';
import { noFactors } from '../../lambdas/factors/factors.ts';
import { factorsKey, userKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, type ItemKey, N, S } from '../../lambdas/kernel/items.ts';
import { ConditionsFailed, type Table, type TransactionWrite } from '../../lambdas/kernel/table.ts';
import { nameOf, Replay } from '../../ops/recover/replay.ts';
import { RIGHTS } from '../support/deployment.ts';

/** What a recovery makes of second factors: a sign-in asks for one by the person's row alone. */

const PERSON = { tenantId: 't', userId: 'u' };
const APP = { id: 'a', secret: 's', lastStep: 1, createdAt: 1, lastUsedAt: 1 };
const factorsItem = (version: number, totp: typeof APP | null): Item => {
  const { tenantId: _, userId: __, version: ___, ...none } = noFactors(PERSON);
  return {
    ...factorsKey('u'),
    ten: S('t'),
    v: N(version),
    factors: S(JSON.stringify({ ...none, totp })),
  };
};

/** Replays the ledger's `after` on a table with `restored`. Gives what the row of the person tells then. */
async function told(restored: Item, after: Item, row: Item | undefined) {
  let present = restored;
  let shown = row;
  const table: Pick<Table, 'get' | 'getAll' | 'updateIf' | 'transact'> = {
    getAll: async () => [restored],
    get: async (key: ItemKey) => (nameOf(key) === nameOf(present) ? present : shown),
    updateIf: async () => {
      present = after;
      return true;
    },
    transact: async (writes: readonly TransactionWrite[]) => {
      if (shown === undefined) throw new ConditionsFailed(writes.map(() => undefined));
      for (const write of writes)
        if ('Update' in write) {
          expect(write.Update.Key).toEqual(userKey('t', 'u'));
          shown = { ...shown, factors: write.Update.ExpressionAttributeValues?.[':kinds'] ?? S('') };
        }
    },
  };
  const options = { rights: RIGHTS, except: new Set<never>(), dryRun: false, serves: false };
  const { PK, SK, v = N(0), factors = S('') } = after;
  const kept = { v, factors };
  const entry = { kind: 'factors', PK: `${PK?.S}`, SK: `${SK?.S}`, at: 1, kept, isGone: false } as const;
  await new Replay(table as Table, options).apply([entry]);
  return shown?.factors;
}

const rowWith = (...kinds: string[]): Item => ({ ...userKey('t', 'u'), factors: { L: kinds.map(S) } });

test('one that was added after the time of the restore is asked for at the sign-in', async () => {
  expect(await told(factorsItem(1, null), factorsItem(2, APP), rowWith())).toEqual({ L: [S('totp')] });
});

test('one that was removed since is asked for no more, which would lock its person out', async () => {
  expect(await told(factorsItem(1, APP), factorsItem(2, null), rowWith('totp'))).toEqual({ L: [] });
});

test('a run that follows one that was cut off brings it to its end', async () => {
  expect(await told(factorsItem(2, APP), factorsItem(2, APP), rowWith())).toEqual({ L: [S('totp')] });
});

test('of who is gone there is nothing to tell', async () => {
  expect(await told(factorsItem(1, APP), factorsItem(2, null), undefined)).toBeUndefined();
});
