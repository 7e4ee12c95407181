import { describe, expect, test } from 'vitest';
import { NOW, newAccount, type Stores } from '../support/tenants.ts';

const address = () => `${crypto.randomUUID()}@example.com`;
const taken = expect.objectContaining({ code: 'email_taken' });

/** What every `AccountStore` does. */
export function accountStoreContract(stores: () => Stores): void {
  describe('accounts', () => {
    test('one e-mail address onboarded 20 times at once makes one tenant, and nothing of the others', async () => {
      const email = address();
      const accounts = Array.from({ length: 20 }, () => newAccount({ email }));
      const results = await Promise.allSettled(
        accounts.map((account) => stores().accounts.createAccount(account)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(taken);
      const winner = accounts[results.findIndex(({ status }) => status === 'fulfilled')];
      expect((await stores().accounts.findLogin(email))?.userId).toBe(winner?.user.userId);
      for (const account of accounts) {
        const { tenantId } = account.user;
        expect((await stores().keys.page(tenantId, 100)).keys).toHaveLength(account === winner ? 1 : 0);
        expect((await stores().tenants.find(tenantId))?.id).toBe(account === winner ? tenantId : undefined);
      }
    });

    test('an account is found by its address and by its tenant, and nobody else’s', async () => {
      const account = newAccount({ email: address() });
      const { accounts } = stores();
      await accounts.createAccount(account);
      const { user } = account;
      expect(await accounts.findLogin(user.email)).toEqual({
        userId: user.userId,
        tenantId: user.tenantId,
        workspaceId: account.workspaceId,
        passwordHash: 'hash',
      });
      expect(await accounts.findUser(user.tenantId, user.userId)).toMatchObject({ ...user, version: 0 });
      const other = newAccount();
      await accounts.createAccount(other);
      expect(await accounts.findUser(other.user.tenantId, user.userId)).toBeUndefined();
    });

    test('no address makes the search fail', async () => {
      for (const email of ['', '\0', 'a'.repeat(5000), address()])
        expect(await stores().accounts.findLogin(email)).toBeUndefined();
    });

    test('an address that is held is nobody else’s until the very second in which the hold ends; then it is one’s', async () => {
      const email = address();
      const signUp = async (at: number) => {
        const account = { ...newAccount({ email, heldUntil: at + 60 }), passwordHash: null, createdAt: at };
        await stores().accounts.createAccount(account);
        return account.user.userId;
      };
      await signUp(NOW);
      await expect(signUp(NOW + 59)).rejects.toEqual(taken);
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => signUp(NOW + 60)));
      const winners = results.filter((result) => result.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await stores().accounts.findLogin(email)).toMatchObject({
        userId: winners[0]?.value,
        passwordHash: undefined,
      });
    });
  });
}
