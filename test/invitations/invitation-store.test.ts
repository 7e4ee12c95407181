import { afterAll, beforeAll } from 'vitest';
import { startStore, type TestStore } from '../support/table.ts';
import { invitationStoreContract } from './invitation-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

invitationStoreContract(() => store);
