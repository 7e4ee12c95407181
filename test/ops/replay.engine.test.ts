import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoErasureStore } from '../../lambdas/erasure/erasure-store.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { Replay } from '../../ops/recover/replay.ts';
import { RIGHTS } from '../support/deployment.ts';
import { NOW, newAccount, startStore, type TestStore } from '../support/table.ts';

/** What a recovery makes of a tenant that was closed after the time to which the table was restored. */
let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const DUE = NOW + 30 * 86_400;

async function replayed(kept: Readonly<Record<string, ReturnType<typeof S> | ReturnType<typeof N>>>) {
  const account = newAccount();
  await store.accounts.createAccount(account);
  const { tenantId } = account.user;
  const entry = {
    kind: 'tenant',
    PK: `TENANT#${tenantId}`,
    SK: 'TENANT',
    at: NOW,
    kept,
    isGone: false,
  } as const;
  const options = { rights: RIGHTS, except: new Set<never>(), dryRun: false, serves: false };
  // Twice: a recovery may be repeated.
  for (let run = 0; run < 2; run += 1) await new Replay(store.table, options).apply([entry]);
  const due = await new DynamoErasureStore(store.table).due(DUE);
  return {
    tenant: await store.table.get(tenantKey(tenantId)),
    erasure: due.find(({ id }) => id === tenantId),
  };
}

test('by its administrator, is closed again and erased on its day', async () => {
  const { tenant, erasure } = await replayed({ state: S('closed'), erasesAt: N(DUE) });
  expect(tenant).toMatchObject({ state: S('closed'), erasesAt: N(DUE) });
  expect(erasure).toMatchObject({ of: 'TENANT', dueAt: DUE, phase: 'items' });
});

test('by an operator, is closed again and kept', async () => {
  const { tenant, erasure } = await replayed({ state: S('closed') });
  expect(tenant).toMatchObject({ state: S('closed') });
  expect(erasure).toBeUndefined();
});
