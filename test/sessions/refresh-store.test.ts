import { afterAll, beforeAll, expect, test } from 'vitest';
import { refreshKey } from '../../lambdas/kernel/item-keys.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { refreshStoreContract } from './refresh-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

refreshStoreContract(() => store.refreshTokens);

test('a token goes with TTL when it expires', async () => {
  const token = { sessionId: 's', userId: 'u', tenantId: 't', endsAt: NOW + 1000, expiresAt: NOW + 500 };
  await store.refreshTokens.create({ ...token, hash: 'of-ttl' });
  expect((await store.item(refreshKey('of-ttl')))?.ttl).toEqual({ N: String(NOW + 500) });
});
