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
    const origin = { actor: `user:${userId}`, requestId: 'r', address: '192.0.2.7', userAgent: 'Firefox/1' };
    const hash = crypto.randomUUID();
    await stores().signIns.create(hash, record, origin, NOW);
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

    test('those of a person are listed, with browser and address, until they expire', async () => {
      const { record, user } = await signedIn();
      const { signInId, authTime, expiresAt } = record;
      const listed = { signInId, authTime, expiresAt, userAgent: 'Firefox/1', address: '192.0.2.7' };
      expect(await stores().signIns.ofPerson(user.userId, NOW + 99)).toEqual([listed]);
      expect(await stores().signIns.ofPerson(user.userId, NOW + 100)).toEqual([]);
      expect(await stores().signIns.ofPerson(crypto.randomUUID(), NOW)).toEqual([]);
    });

    test('one is ended by its id, once, and by its own person only', async () => {
      const [{ hash, record, origin, user }, other] = [await signedIn(), await signedIn()];
      const { signInId } = record;
      expect(await stores().signIns.endOf(other.user, signInId, other.origin, NOW)).toBe(false);
      expect(await stores().signIns.find(hash, NOW)).toEqual(record);
      expect(await stores().signIns.endOf(user, signInId, origin, NOW)).toBe(true);
      expect(await stores().signIns.endOf(user, signInId, origin, NOW)).toBe(false);
      expect(await stores().signIns.find(hash, NOW)).toBeUndefined();
      expect(await stores().signIns.ofPerson(user.userId, NOW)).toEqual([]);
    });

    test('whoever signed in is found as they are now', async () => {
      const { record, user } = await signedIn();
      expect(await stores().signIns.person(record.tenantId, record.userId)).toMatchObject({
        user,
        passwordVersion: 0,
        tenantState: 'active',
        erasesAt: null,
      });
      expect(await stores().signIns.person(record.tenantId, crypto.randomUUID())).toBeUndefined();
    });
  });
}
