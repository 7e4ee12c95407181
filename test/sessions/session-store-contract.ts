import { describe, expect, test } from 'vitest';
import { MAX_SESSIONS_PER_USER, openSession } from '../../lambdas/sessions/sessions.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { ADDRESS, AUTHENTICATION, NOW, newAccount, ORIGIN, type Stores } from '../support/tenants.ts';

const LIFETIME = { idleSeconds: 3600, absoluteSeconds: 7200 };

/** What every `SessionStore` does, together with the store of people that it follows. */
export function sessionStoreContract(stores: () => Stores): void {
  /** A person of a tenant of their own. */
  const newPerson = async (): Promise<User> => {
    const account = newAccount();
    await stores().accounts.createAccount(account);
    return account.user;
  };
  const open = async (user?: User, now = NOW) =>
    openSession(
      {
        user: user ?? (await newPerson()),
        authentication: AUTHENTICATION,
        workspaceId: 'w',
        lifetime: LIFETIME,
        from: { requestId: 'r' },
      },
      stores().sessions,
      now,
    );
  const use = (sessionId: string, now = NOW) => stores().decisions().useSession(sessionId, ADDRESS, now);
  const standing = { role: 'viewer', version: 1, passwordVersion: 0, keptSession: null } as const;

  describe('sessions', () => {
    test('a session that is opened is its user’s, of their role, and expires when nobody extends it', async () => {
      const user = await newPerson();
      const { sessionId } = await open(user);
      expect(await use(sessionId)).toMatchObject({
        passed: true,
        record: {
          state: 'active',
          expiresAt: NOW + 3600,
          caller: {
            sessionId,
            userId: user.userId,
            tenantId: user.tenantId,
            role: 'admin',
            workspaceId: 'w',
          },
        },
      });
      expect((await use(sessionId, NOW + 3600)).passed).toBe(false);
      expect(await stores().sessions.list(user.userId, NOW + 3599)).toMatchObject([
        { sessionId, createdAt: NOW, expiresAt: NOW + 3600, lastUse: { at: NOW, address: ADDRESS } },
      ]);
      expect(await stores().sessions.list(user.userId, NOW + 3600)).toEqual([]);
    });

    test('its refresh token is created with it, or not at all', async () => {
      const user = await newPerson();
      const refresh = { hash: `of ${user.userId}`, expiresAt: NOW + 3600 };
      const openWith = (whose: User) =>
        openSession(
          {
            user: whose,
            authentication: AUTHENTICATION,
            workspaceId: 'w',
            refresh,
            lifetime: LIFETIME,
            from: { requestId: 'r' },
          },
          stores().sessions,
          NOW,
        );
      await expect(openWith({ ...user, version: 7 })).rejects.toMatchObject({ code: 'conflicting_state' });
      expect(await stores().refreshTokens.find(refresh.hash)).toBeUndefined();
      const session = await openWith(user);
      expect(await stores().refreshTokens.find(refresh.hash)).toEqual({ ...session, endsAt: NOW + 7200 });
    });

    test('tells when and how its person proved who they are, to nobody else and not once it has ended', async () => {
      const user = await newPerson();
      const session = await open(user);
      const { sessions } = stores();
      expect(await sessions.authentication(session)).toEqual(AUTHENTICATION);
      expect(await sessions.list(user.userId, NOW)).toMatchObject([AUTHENTICATION]);
      expect(await sessions.extend(session, NOW + 4000, NOW + 1)).toMatchObject({
        authentication: AUTHENTICATION,
      });
      expect(await sessions.authentication({ ...session, userId: 'another' })).toBeUndefined();
      await sessions.end(session, ORIGIN);
      expect(await sessions.authentication(session)).toBeUndefined();
    });

    test('the 51st session of a user ends the oldest, and no other', async () => {
      const user = await newPerson();
      const opened: string[] = [];
      for (let index = 0; index < MAX_SESSIONS_PER_USER + 1; index += 1)
        opened.push((await open(user, NOW + index)).sessionId);
      // Ids of the same millisecond are in no order.
      expect((await stores().sessions.sessionIds(user.userId, 'login')).toSorted()).toEqual(
        opened.slice(1).toSorted(),
      );
      const states = await Promise.all(opened.map(async (id) => (await use(id, NOW + 60)).record?.state));
      expect(states).toEqual(['ended', ...Array.from({ length: MAX_SESSIONS_PER_USER }, () => 'active')]);
    });

    test('sessions of OAuth clients are counted apart: neither kind ends one of the other', async () => {
      const user = await newPerson();
      const { sessions } = stores();
      const openFor = (clientId: string | undefined, now: number) =>
        openSession(
          {
            user,
            authentication: AUTHENTICATION,
            workspaceId: 'w',
            clientId,
            lifetime: LIFETIME,
            from: { requestId: 'r' },
          },
          sessions,
          now,
        );
      const login = await openFor(undefined, NOW);
      const agents: string[] = [];
      for (let index = 0; index < MAX_SESSIONS_PER_USER + 1; index += 1)
        agents.push((await openFor('client_a', NOW + index)).sessionId);
      expect(await sessions.sessionIds(user.userId, 'login')).toEqual([login.sessionId]);
      expect((await sessions.sessionIds(user.userId, 'client')).toSorted()).toEqual(
        agents.slice(1).toSorted(),
      );
      const listed = await sessions.list(user.userId, NOW + 60);
      expect(new Set(listed.map(({ clientId }) => clientId))).toEqual(new Set([null, 'client_a']));
      await sessions.settle(user.userId, undefined, ORIGIN);
      expect(await sessions.list(user.userId, NOW + 60)).toEqual([]);
    });

    test('one user’s sessions do not end another’s', async () => {
      const [ada, ben] = [await newPerson(), await newPerson()];
      const { sessionId } = await open(ada);
      for (let index = 0; index < 5; index += 1) await open(ben);
      expect(await stores().sessions.sessionIds(ada.userId, 'login')).toEqual([sessionId]);
    });

    test('an ended session stays ended, and ending it again is no error', async () => {
      const session = await open();
      await stores().sessions.end(session, ORIGIN);
      await stores().sessions.end(session, ORIGIN);
      expect(await use(session.sessionId)).toMatchObject({ passed: false, record: { state: 'ended' } });
      expect(await stores().sessions.extend(session, NOW + 5000, NOW)).toBeUndefined();
      await stores().sessions.end({ ...session, sessionId: 'never-opened' }, ORIGIN);
    });

    test('nobody ends or extends another user’s session', async () => {
      const { sessionId } = await open();
      const stolen = { sessionId, userId: 'somebody-else' };
      await stores().sessions.end(stolen, ORIGIN);
      expect(await stores().sessions.extend(stolen, NOW + 5000, NOW)).toBeUndefined();
      expect(await use(sessionId)).toMatchObject({ passed: true, record: { expiresAt: NOW + 3600 } });
    });

    test('an extension moves the expiry, never back, and not of a session that is over', async () => {
      const session = await open();
      const { sessions } = stores();
      expect(await sessions.extend(session, NOW + 5000, NOW)).toMatchObject({ expiresAt: NOW + 5000 });
      expect(await sessions.extend(session, NOW + 4000, NOW)).toMatchObject({ expiresAt: NOW + 5000 });
      const ends = await Promise.all([6000, 7000, 6500].map((s) => sessions.extend(session, NOW + s, NOW)));
      expect(ends.every((end) => end !== undefined)).toBe(true);
      expect((await use(session.sessionId)).record?.expiresAt).toBe(NOW + 7000);
      expect(await sessions.extend(session, NOW + 9000, NOW + 7000)).toBeUndefined();
    });

    test('no session is opened for a version of the person that has passed, nor for one who is removed', async () => {
      const user = await newPerson();
      const { people } = stores();
      const other = { ...user, userId: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.com` };
      await people.create({ user: other, passwordHash: null, createdAt: NOW }, ORIGIN);
      const before = await people.find(user.tenantId, other.userId);
      if (before === undefined) throw new Error('The person was not made.');
      const after = await people.change(before, { role: 'viewer' }, ORIGIN, NOW);
      await expect(open(before)).rejects.toMatchObject({ code: 'conflicting_state' });
      await open(after);
      await people.remove(after, ORIGIN, NOW);
      await expect(open(after)).rejects.toMatchObject({ code: 'conflicting_state' });
    });

    test('sessions follow their person’s role, and an older standing never overwrites a newer one', async () => {
      const user = await newPerson();
      const { sessionId } = await open(user);
      const role = async () => (await use(sessionId)).record?.caller.role;
      await stores().sessions.settle(user.userId, { ...standing, version: 2 }, ORIGIN);
      expect(await role()).toBe('viewer');
      await stores().sessions.settle(user.userId, { ...standing, role: 'editor' }, ORIGIN);
      expect(await role()).toBe('viewer');
    });

    test('a changed password ends every session but the one in which it was changed', async () => {
      const user = await newPerson();
      const [kept, other] = [await open(user), await open(user)];
      const changed = { ...standing, passwordVersion: 1, keptSession: kept.sessionId };
      await stores().sessions.settle(user.userId, changed, ORIGIN);
      expect((await use(kept.sessionId)).record?.state).toBe('active');
      expect((await use(other.sessionId)).record?.state).toBe('ended');
    });

    test('who is no longer there has no session left', async () => {
      const user = await newPerson();
      const opened = [await open(user), await open(user)];
      await stores().sessions.settle(user.userId, undefined, ORIGIN);
      for (const { sessionId } of opened) expect((await use(sessionId)).record?.state).toBe('ended');
      expect(await stores().sessions.sessionIds(user.userId, 'login')).toEqual([]);
    });
  });
}
