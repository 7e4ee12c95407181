import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emailKey } from '../../lambdas/kernel/item-keys.ts';
import { NOW, newAccount, startStore, type TestStore } from '../support/table.ts';
import { accountStoreContract } from './account-store-contract.ts';
import { loginStartStoreContract } from './login-start-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

accountStoreContract(() => store);
loginStartStoreContract(() => store);

describe('accounts', () => {
  test('the address is stored where no tenant’s items are, so that it is unique over all of them', async () => {
    const account = newAccount({ email: 'unique@example.com' });
    await store.accounts.createAccount(account);
    expect(await store.item(emailKey('unique@example.com'))).toMatchObject({
      tenantId: { S: account.user.tenantId },
    });
    expect(await store.keys.find(account.user.tenantId, account.key.key.id)).toMatchObject({
      createdAt: NOW,
    });
  });

  test('no address makes the search fail: not even one that is longer than a key of the table', async () => {
    for (const email of ['', '\0', 'a'.repeat(5000)]) {
      expect(await store.accounts.findLogin(email)).toBeUndefined();
      expect((await store.starts.read(email, 'place', ['subject'], NOW)).login).toBeUndefined();
    }
  });
});
