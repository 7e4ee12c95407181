import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserCaller } from '../../lambdas/kernel/caller.ts';
import { hashPassword, verifyPassword } from '../../lambdas/people/passwords.ts';
import {
  addPerson,
  changePassword,
  changePerson,
  findPerson,
  type PeopleContext,
  removePerson,
} from '../../lambdas/people/people.ts';
import { endSessionsOf } from '../../lambdas/people/person-sessions.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, AUTHENTICATION, NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r', address: ADDRESS };
const PASSWORD = 'YourSecurePassword123!';
const NEXT = 'AnotherGoodPassword456!';

let stores: MemoryStores;
let context: PeopleContext;
let admin: UserCaller;
let passwordHash: string;

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
});

beforeEach(async () => {
  stores = memoryStores();
  context = { ...stores, deployment: DEPLOYMENT, clock: () => NOW };
  const account = { ...newAccount({ email: 'ada@example.com' }), passwordHash };
  await stores.accounts.createAccount(account);
  admin = await logIn(account.user);
});

/** A caller with a session of their own. */
async function logIn(user: User): Promise<UserCaller> {
  const lifetime = { idleSeconds: 60, absoluteSeconds: 60 };
  const session = await openSession(
    { user, authentication: AUTHENTICATION, workspaceId: 'w', lifetime, from: FROM },
    stores.sessions,
    NOW,
  );
  const rights = { scopes: ['admin'], environment: 'live', workspaceId: 'w' } as const;
  return { kind: 'user', ...session, role: user.role, ...rights };
}

const add = (email: string, role: User['role'] = 'viewer') =>
  addPerson({ email, password: PASSWORD, fullName: 'Ben', role, language: 'en' }, admin, FROM, context);
const sessionOf = ({ sessionId }: UserCaller) => stores.state.sessions.get(sessionId);
const notFound = expect.objectContaining({ code: 'not_found' });

describe('adding people', () => {
  test('who was added can log in with the first password, and is of the tenant alone', async () => {
    const person = await add('ben@example.com', 'editor');
    expect(await findPerson(admin.tenantId, person.userId, stores.people)).toEqual(person);
    expect(person.createdBy).toBe(`user:${admin.userId}`);
    const login = await stores.accounts.findLogin('ben@example.com');
    expect(await verifyPassword(PASSWORD, login?.passwordHash)).toBe(true);
    await expect(findPerson('another', person.userId, stores.people)).rejects.toEqual(notFound);
  });

  test('an address is one person’s, and a common password is nobody’s', async () => {
    await expect(add('ada@example.com')).rejects.toMatchObject({ code: 'email_taken' });
    const common = {
      email: 'b@example.com',
      password: 'password123',
      fullName: null,
      role: 'viewer',
      language: 'en',
    } as const;
    await expect(addPerson(common, admin, FROM, context)).rejects.toMatchObject({
      code: 'invalid_field',
      fields: [{ field: 'password' }],
    });
    const asAddress = { ...common, password: 'B@example.com' };
    await expect(addPerson(asAddress, admin, FROM, context)).rejects.toMatchObject({ code: 'invalid_field' });
  });
});

describe('changing and removing people', () => {
  test('a new role holds for every session from the moment that it has answered', async () => {
    const ben = await logIn(await add('ben@example.com', 'editor'));
    await changePerson(
      { userId: ben.userId, change: { role: 'viewer' }, caller: admin, from: FROM },
      context,
    );
    expect(sessionOf(ben)?.caller.role).toBe('viewer');
    const named = await changePerson(
      { userId: ben.userId, change: { fullName: null }, caller: admin, from: FROM },
      context,
    );
    expect(named).toMatchObject({ fullName: null, role: 'viewer' });
  });

  test('who is removed has no session left, and nobody removes or demotes the last administrator', async () => {
    const ben = await logIn(await add('ben@example.com'));
    const removed = await removePerson(ben.userId, admin, FROM, context);
    expect(removed.email).toBe('ben@example.com');
    expect(sessionOf(ben)?.state).toBe('ended');
    for (const attempt of [
      () => removePerson(admin.userId, admin, FROM, context),
      () =>
        changePerson(
          { userId: admin.userId, change: { role: 'viewer' }, caller: admin, from: FROM },
          context,
        ),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'conflicting_state' });
    expect(sessionOf(admin)).toMatchObject({ state: 'active', caller: { role: 'admin' } });
  });

  test('a person of another tenant is not found', async () => {
    const other = newAccount();
    await stores.accounts.createAccount(other);
    const { userId } = other.user;
    await expect(
      changePerson({ userId, change: { role: 'viewer' }, caller: admin, from: FROM }, context),
    ).rejects.toEqual(notFound);
    await expect(removePerson(userId, admin, FROM, context)).rejects.toEqual(notFound);
    expect(await stores.people.find(other.user.tenantId, userId)).toMatchObject({ role: 'admin' });
  });
});

describe('the sessions of somebody', () => {
  const end = (userId: string, sessionId?: string, caller = admin) =>
    endSessionsOf({ userId, sessionId }, caller, FROM, {
      ...context,
      ownSessions: { sessions: stores.sessions, signIns: stores.signIns, clock: () => NOW },
    });
  /** Somebody with two sessions and a sign-in. */
  const present = async (email: string, role: User['role'] = 'viewer') => {
    const person = await add(email, role);
    const { userId, tenantId } = person;
    const signInId = crypto.randomUUID();
    const times = { authTime: NOW, expiresAt: NOW + 60 };
    const record = { signInId, userId, tenantId, workspaceId: 'w', userVersion: 0, amr: ['pwd'], ...times };
    await stores.signIns.create(signInId, record, { actor: `user:${userId}`, ...FROM }, NOW);
    return { userId, signInId, sessions: [await logIn(person), await logIn(person)] as const };
  };
  const states = (sessions: readonly UserCaller[]) => sessions.map((each) => sessionOf(each)?.state);

  test('one is ended by its id, a sign-in too, and the others go on', async () => {
    const { userId, signInId, sessions } = await present('ben@example.com');
    expect(await end(userId, sessions[0].sessionId)).toBe(1);
    expect(states(sessions)).toEqual(['ended', 'active']);
    expect(await end(userId, signInId)).toBe(1);
    expect(await stores.signIns.ofPerson(userId, NOW)).toEqual([]);
    expect(states(sessions)).toEqual(['ended', 'active']);
  });

  test('all of them are ended at once, and of one’s own all but the one that asks', async () => {
    const { userId, sessions } = await present('ben@example.com');
    expect(await end(userId)).toBe(3);
    expect(states(sessions)).toEqual(['ended', 'ended']);
    expect(await stores.signIns.ofPerson(userId, NOW)).toEqual([]);
    expect(await end(admin.userId)).toBe(0);
    expect(states([admin])).toEqual(['active']);
  });

  test('those of another person are not found under this one, nor those of another tenant', async () => {
    const [ben, eve] = [await present('ben@example.com'), await present('eve@example.com')];
    for (const id of [eve.sessions[0].sessionId, eve.signInId])
      await expect(end(ben.userId, id)).rejects.toEqual(notFound);
    await expect(end(ben.userId, undefined, { ...admin, tenantId: 'another' })).rejects.toEqual(notFound);
    expect(states([...ben.sessions, ...eve.sessions])).toEqual(Array(4).fill('active'));
  });

  test('of somebody who may more than the caller nothing is ended', async () => {
    const { userId, sessions } = await present('ben@example.com', 'admin');
    await expect(end(userId, undefined, { ...admin, scopes: ['write'] })).rejects.toMatchObject({
      code: 'exceeds_own_rights',
    });
    expect(states(sessions)).toEqual(['active', 'active']);
  });
});

describe('changing one’s password', () => {
  const change = (current: string, next = NEXT) =>
    changePassword({ current, next, language: 'en' }, admin, FROM, context);

  test('the new one is good, the old one is not, and all other sessions end', async () => {
    const other = await logIn({ ...newAccount().user, ...admin, email: 'ada@example.com', fullName: null });
    await change(PASSWORD);
    const login = await stores.accounts.findLogin('ada@example.com');
    expect(await verifyPassword(NEXT, login?.passwordHash)).toBe(true);
    expect(await verifyPassword(PASSWORD, login?.passwordHash)).toBe(false);
    expect([sessionOf(admin)?.state, sessionOf(other)?.state]).toEqual(['active', 'ended']);
  });

  test('a wrong one changes nothing, and guessing meets a limit that a right one clears', async () => {
    for (let guess = 0; guess < 9; guess += 1)
      await expect(change('wrong')).rejects.toMatchObject({ code: 'wrong_password' });
    await change(PASSWORD);
    for (let guess = 0; guess < 10; guess += 1)
      await expect(change('wrong')).rejects.toMatchObject({ code: 'wrong_password' });
    await expect(change(NEXT)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('a common one is refused by the name of its field', async () => {
    await expect(change(PASSWORD, 'password123')).rejects.toMatchObject({
      code: 'invalid_field',
      fields: [{ field: 'new_password' }],
    });
  });
});
