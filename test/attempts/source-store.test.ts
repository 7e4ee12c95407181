import { afterAll, beforeAll, expect, test } from 'vitest';
import { backoffKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { sourceStoreContract } from './source-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

sourceStoreContract(() => store.sources);

test('a counter forgets itself, and one that is gone is not made anew', async () => {
  const [counted, gone] = [crypto.randomUUID(), crypto.randomUUID()];
  for (let count = 0; count < 20; count += 1) await store.sources.count(counted, NOW + 600);
  expect(await store.item(backoffKey(counted))).toMatchObject({ n: N(20), ttl: N(NOW + 600) });
  await store.sources.giveBack(gone);
  expect(await store.item(backoffKey(gone))).toBeUndefined();
});
