import { describe, expect, test } from 'vitest';
import { passwordNotice } from '../../lambdas/people/people.ts';
import type { Person } from '../../lambdas/people/person.ts';
import { NOW, newAccount, ORIGIN, type Stores } from '../support/tenants.ts';

const conflict = expect.objectContaining({ code: 'conflicting_state' });

/** What every `PeopleStore` does, together with the store of accounts. */
export function peopleStoreContract(stores: () => Stores): void {
  /** A tenant, its administrator, and a way to add people. */
  const newTenant = async () => {
    const account = newAccount();
    await stores().accounts.createAccount(account);
    const { tenantId, userId } = account.user;
    const find = async (id: string): Promise<Person> => {
      const person = await stores().people.find(tenantId, id);
      if (person === undefined) throw new Error('There is no such person.');
      return person;
    };
    const add = async (given: { role?: Person['role']; email?: string; identity?: string } = {}) => {
      const { role = 'viewer', email = `${crypto.randomUUID()}@example.com`, identity } = given;
      const user = { userId: crypto.randomUUID(), tenantId, email, fullName: null, role };
      const person = { user, passwordHash: 'hash', createdAt: NOW };
      await stores().people.create(identity === undefined ? person : { ...person, identity }, ORIGIN);
      return find(user.userId);
    };
    return { account, tenantId, find, add, admin: await find(userId) };
  };

  describe('people', () => {
    test('who was added is found, listed and can log in, in their own tenant alone', async () => {
      const [{ account, tenantId, add, admin }, other] = [await newTenant(), await newTenant()];
      const person = await add({ role: 'editor' });
      expect(person).toMatchObject({ tenantId, role: 'editor', version: 0, createdAt: NOW });
      expect([admin.createdBy, person.createdBy]).toEqual([null, ORIGIN.actor]);
      expect(await stores().accounts.findLogin(person.email)).toEqual({
        userId: person.userId,
        tenantId,
        workspaceId: account.workspaceId,
        passwordHash: 'hash',
      });
      expect(await stores().people.find(other.tenantId, person.userId)).toBeUndefined();
      const first = await stores().people.page(tenantId, 1);
      const second = await stores().people.page(tenantId, 1, first.next ?? undefined);
      expect([...first.people, ...second.people].map(({ userId }) => userId)).toEqual(
        [admin.userId, person.userId].toSorted(),
      );
    });

    test('an address is one person’s, also of those who are added at once', async () => {
      const { add } = await newTenant();
      const email = `${crypto.randomUUID()}@example.com`;
      const added = await Promise.allSettled(Array.from({ length: 8 }, () => add({ email })));
      expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of added)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'email_taken' });
    });

    test('an identity of a provider is one person’s', async () => {
      const { add } = await newTenant();
      const identity = crypto.randomUUID();
      const { userId } = await add({ identity });
      await expect(add({ identity })).rejects.toEqual(conflict);
      expect(await stores().exchange.findIdentity(identity)).toEqual({ userId, isManaged: true });
    });

    test('a tenant that there is not gets nobody', async () => {
      const user = { ...newAccount().user, email: `${crypto.randomUUID()}@example.com` };
      const person = { user, passwordHash: null, createdAt: NOW };
      await expect(stores().people.create(person, ORIGIN)).rejects.toMatchObject({ code: 'not_found' });
      expect(await stores().accounts.findLogin(user.email)).toBeUndefined();
    });

    test('a new role is a new version, which sessions follow; a new name is none', async () => {
      const { tenantId, add } = await newTenant();
      const { people } = stores();
      const named = await people.change(await add(), { fullName: 'Ben' }, ORIGIN, NOW);
      expect(named).toMatchObject({ fullName: 'Ben', version: 0 });
      expect(await people.change(named, { role: 'viewer' }, ORIGIN, NOW)).toMatchObject({ version: 0 });
      const promoted = await people.change(named, { role: 'editor' }, ORIGIN, NOW);
      expect(promoted).toMatchObject({ fullName: 'Ben', role: 'editor', version: 1 });
      expect(await people.standing(tenantId, named.userId)).toEqual({
        role: 'editor',
        version: 1,
        passwordVersion: 0,
        keptSession: null,
      });
    });

    test('changes at once that know of an earlier state are all made', async () => {
      const { add, find } = await newTenant();
      const person = await add();
      await Promise.all([
        stores().people.change(person, { fullName: 'Ben' }, ORIGIN, NOW),
        stores().people.change(person, { role: 'editor' }, ORIGIN, NOW),
      ]);
      expect(await find(person.userId)).toMatchObject({ fullName: 'Ben', role: 'editor', version: 1 });
    });

    test('the last administrator stays one: of two who demote each other at once, one succeeds', async () => {
      const { admin, add, tenantId } = await newTenant();
      await expect(stores().people.change(admin, { role: 'editor' }, ORIGIN, NOW)).rejects.toEqual(conflict);
      await expect(stores().people.remove(admin, ORIGIN, NOW)).rejects.toEqual(conflict);
      const second = await add({ role: 'admin' });
      const demotions = await Promise.allSettled(
        [admin, second].map((each) => stores().people.change(each, { role: 'viewer' }, ORIGIN, NOW)),
      );
      expect(demotions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { people } = await stores().people.page(tenantId, 10);
      expect(people.filter(({ role }) => role === 'admin')).toHaveLength(1);
    });

    test('who is removed is gone, and so is their login; their address is free', async () => {
      const { tenantId, add } = await newTenant();
      const person = await add();
      await stores().people.remove(person, ORIGIN, NOW);
      expect(await stores().people.find(tenantId, person.userId)).toBeUndefined();
      expect(await stores().people.standing(tenantId, person.userId)).toBeUndefined();
      expect(await stores().accounts.findLogin(person.email)).toBeUndefined();
      for (const late of [
        () => stores().people.remove(person, ORIGIN, NOW),
        () => stores().people.change(person, { role: 'admin' }, ORIGIN, NOW),
      ])
        await expect(late()).rejects.toMatchObject({ code: 'not_found' });
      await add({ email: person.email });
    });

    test('of two changes of a password that know the same one, one is made', async () => {
      const { tenantId, add } = await newTenant();
      const person = await add();
      const change = (after: string) =>
        stores().people.changePassword(
          person,
          {
            before: 'hash',
            after,
            keptSession: `session ${after}`,
            notice: passwordNotice(person.email, 'en', NOW),
          },
          ORIGIN,
          NOW,
        );
      const results = await Promise.allSettled([change('one'), change('two')]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'wrong_password' });
      const winner = results[0]?.status === 'fulfilled' ? 'one' : 'two';
      expect((await stores().accounts.findLogin(person.email))?.passwordHash).toBe(winner);
      expect(await stores().people.standing(tenantId, person.userId)).toMatchObject({
        version: 1,
        passwordVersion: 1,
        keptSession: `session ${winner}`,
      });
    });
  });
}
