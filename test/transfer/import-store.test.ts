import { afterAll, beforeAll } from 'vitest';
import { startStore, type TestStore } from '../support/table.ts';
import { importStoreContract } from './import-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

importStoreContract(() => store);
