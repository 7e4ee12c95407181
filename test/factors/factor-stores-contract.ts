import { describe, expect, test } from 'vitest';
import { type Factors, noFactors, type Passkey } from '../../lambdas/factors/factors.ts';
import type { Pending } from '../../lambdas/factors/pending.ts';
import { NOW, newAccount, ORIGIN, type Stores } from '../support/tenants.ts';

const passkey = (id: string = crypto.randomUUID()): Passkey => ({
  id,
  name: 'Laptop',
  publicKey: 'key',
  counter: 0,
  transports: ['internal'],
  isSynced: true,
  isBackedUp: false,
  createdAt: NOW,
  lastUsedAt: null,
});

const TOTP = { id: 'app', secret: 'encrypted', lastStep: 7, createdAt: NOW, lastUsedAt: NOW };

/** What every `FactorStore` and `PendingStore` does, together with the stores of people and tenants. */
export function factorStoresContract(stores: () => Stores): void {
  const newPerson = async () => {
    const account = newAccount();
    await stores().accounts.createAccount(account);
    return account.user;
  };
  /** Somebody with these factors. */
  const personWith = async (given: Partial<Factors>) => {
    const user = await newPerson();
    const before = await stores().factors.find(user);
    expect(await stores().factors.change({ before, after: { ...before, ...given } })).toBe(true);
    return { user, factors: await stores().factors.find(user) };
  };
  const conflict = expect.objectContaining({ code: 'conflicting_state' });

  describe('second factors', () => {
    test('of who never had one there are none, and what was stored is found, by its passkey too', async () => {
      const { factors } = stores();
      const ada = await newPerson();
      expect(await factors.find(ada)).toEqual(noFactors(ada));
      const key = passkey();
      const given = { totp: TOTP, passkeys: [key], recoveryCodes: ['hash'] };
      const { user, factors: stored } = await personWith(given);
      expect(stored).toMatchObject({ ...given, version: 1, tenantId: user.tenantId, userId: user.userId });
      expect(await factors.findPasskey(key.id)).toEqual({ tenantId: user.tenantId, userId: user.userId });
      expect(await factors.findPasskey('another')).toBeUndefined();
      expect(await stores().accounts.findUser(user.tenantId, user.userId)).toMatchObject({
        factors: ['totp', 'passkey'],
      });
    });

    test('of who is removed are gone, and their passkey can be registered by somebody else', async () => {
      const { factors, people } = stores();
      const owner = await newPerson();
      const key = passkey();
      const guest = { ...owner, userId: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.com` };
      await people.create({ user: { ...guest, role: 'viewer' }, passwordHash: null, createdAt: NOW }, ORIGIN);
      const none = noFactors(guest);
      await factors.change({ before: none, after: { ...none, totp: TOTP, passkeys: [key] } });
      const seen = await people.find(guest.tenantId, guest.userId);
      if (seen !== undefined) await people.remove(seen, ORIGIN, NOW);
      expect(await factors.find(guest)).toEqual(noFactors(guest));
      expect(await factors.findPasskey(key.id)).toBeUndefined();
      const other = noFactors(await newPerson());
      expect(await factors.change({ before: other, after: { ...other, passkeys: [key] } })).toBe(true);
    });

    test('of changes of the same state at once exactly one is made', async () => {
      const { user, factors: before } = await personWith({ totp: TOTP });
      const uses = Array.from({ length: 20 }, (_, index) =>
        stores().factors.change({ before, after: { ...before, totp: { ...TOTP, lastStep: 8 + index } } }),
      );
      expect((await Promise.all(uses)).filter((made) => made)).toHaveLength(1);
      expect((await stores().factors.find(user)).version).toBe(2);
    });

    test('the last one goes only while neither the tenant nor the role asks for one', async () => {
      const { user, factors: before } = await personWith({ totp: TOTP });
      const { factors, tenants } = stores();
      const after = { ...before, totp: null };
      const remove = (role: string) => factors.change({ before, after, unlessRequired: role });
      await expect(remove('another')).rejects.toEqual(conflict);
      await tenants.change(user.tenantId, { requiresFactor: true }, ORIGIN, NOW);
      expect(await factors.isRequiredByTenant(user.tenantId)).toBe(true);
      await expect(remove(user.role)).rejects.toEqual(conflict);
      await tenants.change(user.tenantId, { requiresFactor: false }, ORIGIN, NOW);
      expect(await remove(user.role)).toBe(true);
      expect(await stores().accounts.findUser(user.tenantId, user.userId)).toMatchObject({ factors: [] });
    });

    test('a passkey is one person’s, and of no other relying party than the first', async () => {
      const key = passkey();
      await personWith({ passkeys: [key] });
      await expect(personWith({ passkeys: [key] })).rejects.toEqual(conflict);
      const { factors } = stores();
      const before = await factors.find(await newPerson());
      const register = (relyingParty: string) =>
        factors.change({ before, after: { ...before, passkeys: [passkey()] }, relyingParty });
      expect(await register('example.com')).toBe(true);
      expect(await factors.relyingParty()).toBe('example.com');
      const other = await factors.find(await newPerson());
      await expect(
        factors.change({
          before: other,
          after: { ...other, passkeys: [passkey()] },
          relyingParty: 'other.com',
        }),
      ).rejects.toEqual(conflict);
    });

    test('nobody sets one up who is gone', async () => {
      const { factors } = stores();
      const { tenantId } = await newPerson();
      const nobody = noFactors({ tenantId, userId: crypto.randomUUID() });
      await expect(
        factors.change({ before: nobody, after: { ...nobody, totp: TOTP } }),
      ).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  describe('who is between password and second factor', () => {
    const pending: Pending = {
      tenantId: 't',
      userId: 'u',
      workspaceId: 'w',
      userVersion: 3,
      must: 'prove',
      kind: 'program',
      expiresAt: NOW + 600,
    };

    test('is found until the second in which it expires, or it has ended', async () => {
      const { pending: store } = stores();
      const [hash, other] = [crypto.randomUUID(), crypto.randomUUID()];
      await store.create(hash, pending);
      expect(await store.find(hash, NOW + 599)).toEqual(pending);
      expect(await store.find(hash, NOW + 600)).toBeUndefined();
      expect(await store.find(other, NOW)).toBeUndefined();
      await store.end(hash);
      expect(await store.find(hash, NOW)).toBeUndefined();
    });

    test('is ended once, of any number at once', async () => {
      const hash = crypto.randomUUID();
      await stores().pending.create(hash, pending);
      const ends = await Promise.all(Array.from({ length: 20 }, () => stores().pending.end(hash)));
      expect(ends.filter((isEnded) => isEnded)).toHaveLength(1);
    });

    test('gets a challenge once, for what it was made for, in time, and the latest', async () => {
      const { pending: store } = stores();
      const hash = crypto.randomUUID();
      const challenge = (value: string) =>
        store.challenge(hash, { purpose: 'factor', value, expiresAt: NOW + 300 });
      await challenge('first');
      await challenge('second');
      expect(await store.takeChallenge(hash, 'registration', NOW)).toBeUndefined();
      const taken = await Promise.all(
        Array.from({ length: 10 }, () => store.takeChallenge(hash, 'factor', NOW + 299)),
      );
      expect(taken.filter((value) => value !== undefined)).toEqual(['second']);
      await challenge('third');
      expect(await store.takeChallenge(hash, 'factor', NOW + 300)).toBeUndefined();
    });
  });
}
