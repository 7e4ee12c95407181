import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInFlowKey } from '../../lambdas/kernel/item-keys.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { flowStoreContract } from './flow-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

flowStoreContract(() => store.flows);

test('a flow goes with TTL when it expires', async () => {
  const flow = { providerId: 'okta', browser: 'b', goesTo: null, uiLocales: null, expiresAt: NOW + 9 };
  await store.flows.begin('of-ttl', flow);
  expect((await store.item(signInFlowKey('of-ttl')))?.ttl).toEqual({ N: String(NOW + 9) });
});
