import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoPeopleStore } from '../../lambdas/people/people-store.ts';
import { NOW, newAccount, ORIGIN, startStore, type TestStore } from '../support/table.ts';

/** Roles of the owner's own, several of which manage people: one person with any of them always stays. */
let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const conflict = expect.objectContaining({ code: 'conflicting_state' });
const under = (...peopleManagers: string[]) => new DynamoPeopleStore(store.table, { peopleManagers });

/** A tenant whose first person has a role, and a way to add others. */
async function newTenant(people: DynamoPeopleStore, role: string) {
  const account = newAccount();
  const user = { ...account.user, role };
  await store.accounts.createAccount({ ...account, user });
  const find = async (userId: string) => {
    const person = await people.find(user.tenantId, userId);
    if (person === undefined) throw new Error('There is no such person.');
    return person;
  };
  return {
    first: await find(user.userId),
    find,
    async add(other: string) {
      const added = { ...newAccount().user, tenantId: user.tenantId, role: other };
      await people.create({ user: added, passwordHash: 'hash', createdAt: NOW }, ORIGIN);
      return find(added.userId);
    },
  };
}

test('the last of them stays, whichever role they have, also of two who go at once', async () => {
  const people = under('owner', 'hr');
  const { first, add } = await newTenant(people, 'owner');
  await add('reader');
  await expect(people.change(first, { role: 'reader' }, ORIGIN, NOW)).rejects.toEqual(conflict);
  const second = await add('hr');
  const gone = await Promise.allSettled([
    people.change(first, { role: 'reader' }, ORIGIN, NOW),
    people.remove(second, ORIGIN, NOW),
  ]);
  expect(gone.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a person changes from one such role to another, as the last one too', async () => {
  const people = under('owner', 'hr');
  const { first, find } = await newTenant(people, 'owner');
  const changed = await people.change(first, { role: 'hr' }, ORIGIN, NOW);
  expect(changed.role).toBe('hr');
  await expect(people.remove(await find(first.userId), ORIGIN, NOW)).rejects.toEqual(conflict);
});

test('who has a role that the configuration no longer has does not count, and one with its successor does', async () => {
  const { first, add, find } = await newTenant(under('admin'), 'admin');
  await add('admin');
  const renamed = under('owner');
  const owner = await renamed.change(first, { role: 'owner' }, ORIGIN, NOW);
  await expect(renamed.change(owner, { role: 'reader' }, ORIGIN, NOW)).rejects.toEqual(conflict);
  const third = await add('owner');
  await renamed.remove(await find(third.userId), ORIGIN, NOW);
  await expect(renamed.remove(owner, ORIGIN, NOW)).rejects.toEqual(conflict);
});

test('roles that are given the management of people later have been counted before', async () => {
  const { first, add } = await newTenant(under('owner'), 'owner');
  await add('hr');
  const later = under('owner', 'hr');
  expect((await later.change(first, { role: 'reader' }, ORIGIN, NOW)).role).toBe('reader');
});
