import { afterAll, beforeAll } from 'vitest';
import { startStore, type TestStore } from '../support/table.ts';
import { clientStoreContract } from './client-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

clientStoreContract(() => store);
