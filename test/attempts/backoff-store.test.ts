import { afterAll, beforeAll, expect, test } from 'vitest';
import { BACKOFF_MEMORY_SECONDS, takeAttempt } from '../../lambdas/attempts/backoff.ts';
import { backoffKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { backoffStoreContract } from './backoff-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

backoffStoreContract(() => store.backoff);

test('a counter of attempts goes with TTL', async () => {
  const id = crypto.randomUUID();
  await takeAttempt(store.backoff, { id, freeAttempts: 1 }, NOW);
  expect(await store.item(backoffKey(id))).toMatchObject({ ttl: N(NOW + BACKOFF_MEMORY_SECONDS) });
});
