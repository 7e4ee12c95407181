import { describe, expect, test } from 'vitest';
import type { SignInRecord } from '../../lambdas/signin/sign-ins.ts';
import { NOW, type Stores, storeTenant } from '../support/tenants.ts';

/** What every {@link SignInStore} does. */
export function signInStoreContract(
  stores: () => Pick<Stores, 'accounts' | 'keys' | 'people' | 'signIns'>,
): void {
  const signedIn = async () => {
    const { account } = await storeTenant(stores());
    const { userId, tenantId } = account.user;
    const record: SignInRecord = {
      signInId: crypto.randomUUID(),
      tenantId,
      userId,
      workspaceId: account.workspaceId,
      userVersion: 0,
      amr: ['pwd'],
      authTime: NOW,
      expiresAt: NOW + 100,
    };
    const origin = { actor: `user:${userId}`, requestId: 'r' };
    const hash = crypto.randomUUID();
    await stores().signIns.create(hash, record, origin);
    return { hash, record, origin, user: account.user };
  };

  describe('sign-ins', () => {
    test('one that nobody made is none', async () => {
      expect(await stores().signIns.find(crypto.randomUUID(), NOW)).toBeUndefined();
    });

    test('one is found as it was made, until the second in which it expires', async () => {
      const { hash, record } = await signedIn();
      expect(await stores().signIns.find(hash, NOW + 99)).toEqual(record);
      expect(await stores().signIns.find(hash, NOW + 100)).toBeUndefined();
    });

    test('one that has ended is none, and ending it again does nothing', async () => {
      const { hash, record, origin } = await signedIn();
      for (const _ of [1, 2]) await stores().signIns.end(hash, record, origin, NOW);
      expect(await stores().signIns.find(hash, NOW)).toBeUndefined();
    });

    test('whoever signed in is found as they are now', async () => {
      const { record, user } = await signedIn();
      expect(await stores().signIns.person(record.tenantId, record.userId)).toMatchObject({
        user,
        passwordVersion: 0,
        tenantState: 'active',
      });
      expect(await stores().signIns.person(record.tenantId, crypto.randomUUID())).toBeUndefined();
    });
  });
}
