import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emailKey, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { normalizeEmail } from '../../lambdas/people/accounts.ts';
import { NOW, newAccount, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

describe('accounts', () => {
  test('one e-mail address onboarded 20 times at once makes one tenant, and nothing of the others', async () => {
    const accounts = Array.from({ length: 20 }, () => newAccount({ email: 'race@example.com' }));
    const results = await Promise.allSettled(
      accounts.map((account) => store.accounts.createAccount(account)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'email_taken' });
    }
    const tenants = await Promise.all(accounts.map(({ user }) => store.item(tenantKey(user.tenantId))));
    expect(tenants.filter((tenant) => tenant !== undefined)).toHaveLength(1);
    const winner = accounts[results.findIndex(({ status }) => status === 'fulfilled')];
    expect((await store.accounts.findLogin('race@example.com'))?.userId).toBe(winner?.user.userId);
    for (const account of accounts) {
      const { keys } = await store.keys.page(account.user.tenantId, 100);
      expect(keys).toHaveLength(account === winner ? 1 : 0);
    }
  });

  test('an account is found by its address and nobody else’s', async () => {
    const account = newAccount({ email: 'ada@example.com' });
    await store.accounts.createAccount(account);
    expect(await store.accounts.findLogin('ada@example.com')).toEqual({
      userId: account.user.userId,
      tenantId: account.user.tenantId,
      workspaceId: account.workspaceId,
      passwordHash: 'hash',
    });
    expect(await store.accounts.findUser(account.user.tenantId, account.user.userId)).toEqual({
      ...account.user,
      version: 0,
      createdAt: account.createdAt,
      createdBy: null,
    });
    const other = newAccount();
    await store.accounts.createAccount(other);
    expect(await store.accounts.findUser(other.user.tenantId, account.user.userId)).toBeUndefined();
  });

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
    // One character that NFKC makes eighteen of.
    const long = normalizeEmail('\ufdfa'.repeat(254));
    for (const email of ['', long, '\0', 'a'.repeat(5000)]) {
      expect(await store.accounts.findLogin(email)).toBeUndefined();
    }
  });
});

test('surrounding blanks, letter case and compatibility forms do not make another address', () => {
  for (const email of [' Ada@Example.COM ', 'ADA@EXAMPLE.COM', '\uff41da@example.com', 'ada@example.com\n']) {
    expect(normalizeEmail(email)).toBe('ada@example.com');
  }
  expect(normalizeEmail('ada+1@example.com')).not.toBe('ada@example.com');
});
