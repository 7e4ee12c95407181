import { afterAll, beforeAll } from 'vitest';
import { startStore, type TestStore } from '../support/table.ts';
import { tenancyStoresContract } from './tenancy-stores-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

tenancyStoresContract(() => store);
