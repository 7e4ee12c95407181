import { afterAll, beforeAll } from 'vitest';
import { startStore, type TestStore } from '../support/table.ts';
import { recoveryStoreContract } from './recovery-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

recoveryStoreContract(() => store);
