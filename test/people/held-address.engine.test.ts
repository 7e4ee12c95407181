import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emailKey, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { HOLD_SECONDS, type NewAccount } from '../../lambdas/people/accounts.ts';
import { tenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';
import { NOW, newAccount, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Who signs up at `at` without a password. */
const signUp = async (email: string, at = NOW): Promise<NewAccount> => {
  const account = {
    ...newAccount({ email }),
    passwordHash: null,
    heldUntil: at + HOLD_SECONDS,
    createdAt: at,
  };
  await store.accounts.createAccount(account);
  return account;
};
const taken = expect.objectContaining({ code: 'email_taken' });
const ownerOf = async (email: string) => (await store.item(emailKey(email)))?.tenantId?.S;
const heldUntil = async ({ user }: NewAccount) =>
  tenantFacts((await store.item(tenantKey(user.tenantId))) ?? {}).heldUntil;

describe('an address that is held', () => {
  test('is nobody else’s until the very second in which the hold ends', async () => {
    const first = await signUp('a@example.com');
    await expect(signUp('a@example.com', NOW + HOLD_SECONDS - 1)).rejects.toEqual(taken);
    expect(await ownerOf('a@example.com')).toBe(first.user.tenantId);
    const second = await signUp('a@example.com', NOW + HOLD_SECONDS);
    expect(await ownerOf('a@example.com')).toBe(second.user.tenantId);
    expect(await heldUntil(first)).toBe(NOW + HOLD_SECONDS);
  });

  test('is kept by a use in time, once and for all', async () => {
    const account = await signUp('b@example.com');
    for (let time = 0; time < 3; time += 1) {
      await store.accounts.keepAddress(account.user.tenantId, NOW + HOLD_SECONDS - 1);
    }
    expect(await heldUntil(account)).toBeUndefined();
    expect(await store.item(emailKey('b@example.com'))).not.toHaveProperty('ttl');
    await expect(signUp('b@example.com', NOW + 10 * HOLD_SECONDS)).rejects.toEqual(taken);
  });

  test('is not kept by a use that came too late, even when nobody else has taken it', async () => {
    const account = await signUp('c@example.com');
    await store.accounts.keepAddress(account.user.tenantId, NOW + HOLD_SECONDS);
    expect(await heldUntil(account)).toBe(NOW + HOLD_SECONDS);
    await signUp('c@example.com', NOW + HOLD_SECONDS + 5);
  });

  test('a use in time of which the stream tells after another has taken the address keeps neither', async () => {
    const first = await signUp('d@example.com');
    const second = await signUp('d@example.com', NOW + HOLD_SECONDS);
    await store.accounts.keepAddress(first.user.tenantId, NOW + HOLD_SECONDS - 1);
    expect(await heldUntil(first)).toBe(NOW + HOLD_SECONDS);
    expect(await ownerOf('d@example.com')).toBe(second.user.tenantId);
    expect((await store.item(emailKey('d@example.com')))?.heldUntil?.N).toBe(String(NOW + 2 * HOLD_SECONDS));
  });

  test('when DynamoDB has deleted the address, a late word keeps nothing, and makes no item anew', async () => {
    const account = await signUp('e@example.com');
    await store.table.delete(emailKey('e@example.com'));
    await store.accounts.keepAddress(account.user.tenantId, NOW + 1);
    expect(await store.item(emailKey('e@example.com'))).toBeUndefined();
    expect(await heldUntil(account)).toBe(NOW + HOLD_SECONDS);
    await store.accounts.keepAddress('no-such-tenant', NOW + 1);
  });

  test('of two dozen who want it in the second in which it falls free, one gets it', async () => {
    await signUp('f@example.com');
    const results = await Promise.allSettled(
      Array.from({ length: 24 }, () => signUp('f@example.com', NOW + HOLD_SECONDS)),
    );
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await ownerOf('f@example.com')).toBe(winners[0]?.value.user.tenantId);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(taken);
  });

  test('an account with a password is never held, and never given away', async () => {
    const account = newAccount({ email: 'g@example.com' });
    await store.accounts.createAccount(account);
    await expect(signUp('g@example.com', NOW + 100 * HOLD_SECONDS)).rejects.toEqual(taken);
    await store.accounts.keepAddress(account.user.tenantId, NOW);
  });
});
