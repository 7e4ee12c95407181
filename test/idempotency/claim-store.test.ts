import { afterAll, beforeAll, expect, test } from 'vitest';
import { HONOURED_SECONDS } from '../../lambdas/idempotency/idempotency.ts';
import { idempotencyItemKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { claimStoreContract } from './claim-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

claimStoreContract(() => store);

test('a claim is left to TTL at the end of its time', async () => {
  await store.claims.claim({ id: 'c', token: 't', fingerprint: 'f' }, NOW);
  expect(await store.item(idempotencyItemKey('c'))).toMatchObject({ ttl: N(NOW + HONOURED_SECONDS) });
});
