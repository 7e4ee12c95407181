import { describe, expect, test } from 'vitest';
import { type App, appIdOf, CONSENT_SECONDS } from '../../lambdas/oauth/app.ts';
import { DEVICE_SECONDS, POLL_SECONDS } from '../../lambdas/oauth/device.ts';
import type { NewSession } from '../../lambdas/sessions/sessions.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { ADDRESS, AUTHENTICATION, NOW, newAccount, ORIGIN, type Stores } from '../support/tenants.ts';

const CLIENT = 'https://client.example/metadata.json';
const GRANT = { clientId: CLIENT, scopes: ['read', 'write'], resource: '/v1/mcp' };

/** What the stores of codes, devices and connected apps do together with that of sessions. */
export function oauthStoresContract(stores: () => Stores): void {
  const newPerson = async (): Promise<User> => {
    const account = newAccount();
    await stores().accounts.createAccount(account);
    return account.user;
  };
  const appOf = ({ userId, tenantId }: User, given: Partial<App> = {}): App => ({
    appId: appIdOf({ clientId: CLIENT }),
    userId,
    tenantId,
    clientId: CLIENT,
    name: null,
    host: 'client.example',
    scopes: ['read'],
    workspaceId: 'w',
    connectedAt: NOW,
    expiresAt: NOW + CONSENT_SECONDS,
    ...given,
  });
  const connect = (user: User) => stores().apps.connect(appOf(user), undefined, ORIGIN, NOW);
  const sessionOf = (user: User): NewSession => ({
    sessionId: crypto.randomUUID(),
    user,
    authentication: AUTHENTICATION,
    workspaceId: 'w',
    clientId: CLIENT,
    createdAt: NOW,
    expiresAt: NOW + 3600,
    endsAt: NOW + 7200,
    origin: ORIGIN,
  });
  const stateOf = async ({ sessionId }: NewSession) =>
    (await stores().decisions().useSession(sessionId, ADDRESS, NOW)).record?.state;

  describe('connected apps', () => {
    test('are found, listed and forgotten, each by its person, until they are past their time', async () => {
      const { apps } = stores();
      const [ada, ben] = [await newPerson(), await newPerson()];
      const app = appOf(ada);
      await apps.connect(app, undefined, ORIGIN, NOW);
      expect(await apps.find(ada.userId, app.appId, NOW)).toEqual(app);
      expect(await apps.find(ben.userId, app.appId, NOW)).toBeUndefined();
      const wider = { ...app, scopes: ['read', 'write'] };
      await apps.connect(wider, app, ORIGIN, NOW);
      expect(await apps.list(ada.userId, NOW)).toEqual([wider]);
      expect(await apps.list(ada.userId, app.expiresAt)).toEqual([]);
      expect(await apps.find(ada.userId, app.appId, app.expiresAt)).toBeUndefined();
      await apps.disconnect(wider, ORIGIN, NOW);
      await apps.disconnect(wider, ORIGIN, NOW);
      expect(await apps.list(ada.userId, NOW)).toEqual([]);
      expect(await apps.find(ada.userId, '../../x', NOW)).toBeUndefined();
    });
  });

  describe('authorization codes', () => {
    const issued = (user: User) => ({
      tenantId: user.tenantId,
      userId: user.userId,
      userVersion: 3,
      authentication: AUTHENTICATION,
      workspaceId: 'w',
      grant: GRANT,
      redirectUri: 'https://client.example/callback',
      challenge: 'c',
      expiresAt: NOW + 60,
    });
    const issue = async (user: User) => {
      const hash = crypto.randomUUID();
      await stores().codes.issue(hash, issued(user));
      return hash;
    };

    test('a code is what was issued, and remembers the session that it gave', async () => {
      const user = await newPerson();
      await connect(user);
      const hash = await issue(user);
      const { codes } = stores();
      expect(await codes.find(hash)).toEqual({ ...issued(user), sessionId: null });
      const session = sessionOf(user);
      expect(await codes.redeem(hash, session, NOW + 59)).toBe(true);
      expect(await codes.find(hash)).toMatchObject({ sessionId: session.sessionId });
      expect(await stateOf(session)).toBe('active');
      expect(await stores().sessions.list(user.userId, NOW)).toMatchObject([{ clientId: CLIENT }]);
      expect(await codes.find(crypto.randomUUID())).toBeUndefined();
      await expect(codes.issue(hash, { ...GRANT } as never)).rejects.toThrow();
    });

    test('of uses at once exactly one opens its session, and no other leaves one behind', async () => {
      const user = await newPerson();
      await connect(user);
      const hash = await issue(user);
      const sessions = Array.from({ length: 8 }, () => sessionOf(user));
      const uses = await Promise.allSettled(
        sessions.map((session) => stores().codes.redeem(hash, session, NOW)),
      );
      const winners = sessions.filter((_, index) => {
        const use = uses[index];
        return use?.status === 'fulfilled' && use.value;
      });
      expect(winners).toHaveLength(1);
      expect(await stores().codes.find(hash)).toMatchObject({ sessionId: winners[0]?.sessionId });
      expect(await stores().sessions.sessionIds(user.userId, 'client')).toEqual([winners[0]?.sessionId]);
    });

    test('none is used after its end, without the consent, or for a person who has changed', async () => {
      const user = await newPerson();
      const { codes, apps } = stores();
      const hash = await issue(user);
      expect(await codes.redeem(hash, sessionOf(user), NOW)).toBe(false);
      await connect(user);
      expect(await codes.redeem(hash, sessionOf(user), NOW + 60)).toBe(false);
      await expect(codes.redeem(hash, sessionOf({ ...user, version: 7 }), NOW)).rejects.toMatchObject({
        code: 'conflicting_state',
      });
      await apps.disconnect(appOf(user), ORIGIN, NOW);
      expect(await codes.redeem(hash, sessionOf(user), NOW)).toBe(false);
      expect(await codes.redeem('unknown', sessionOf(user), NOW)).toBe(false);
      expect(await stores().sessions.sessionIds(user.userId, 'client')).toEqual([]);
      expect(await codes.find(hash)).toMatchObject({ sessionId: null });
    });
  });

  describe('devices', () => {
    let codes = 0;
    const begin = async (scopes: readonly string[] | null = null) => {
      const hash = crypto.randomUUID();
      const userCode = `CODE${(codes += 1)}`;
      const request = { userCode, clientId: CLIENT, scopes, resource: '', expiresAt: NOW + DEVICE_SECONDS };
      expect(await stores().devices.begin(hash, request, NOW)).toBe(true);
      return { hash, request };
    };
    const approvalOf = ({ tenantId, userId }: User) => ({
      tenantId,
      userId,
      userVersion: 3,
      authentication: AUTHENTICATION,
      workspaceId: 'w',
      grant: GRANT,
    });

    test('a device waits under its user code until its person decides or its time ends', async () => {
      const user = await newPerson();
      const { devices } = stores();
      const { hash, request } = await begin();
      const waiting = { ...request, hash, state: 'waiting', approval: null, sessionId: null };
      expect(await devices.findWaiting(request.userCode, NOW)).toEqual(waiting);
      expect(await devices.findWaiting(request.userCode, request.expiresAt)).toBeUndefined();
      expect(await devices.begin('another', request, NOW)).toBe(false);
      expect(await devices.decide(hash, approvalOf(user), NOW)).toBe(true);
      expect(await devices.decide(hash, null, NOW)).toBe(false);
      expect(await devices.findWaiting(request.userCode, NOW)).toBeUndefined();
      expect(await devices.find(hash)).toMatchObject({ state: 'approved', approval: approvalOf(user) });
    });

    test('who denies has denied', async () => {
      const { devices } = stores();
      const { hash } = await begin(['read']);
      expect(await devices.decide(hash, null, NOW)).toBe(true);
      expect(await devices.decide(hash, approvalOf(await newPerson()), NOW)).toBe(false);
      expect(await devices.find(hash)).toMatchObject({ state: 'denied', scopes: ['read'], approval: null });
    });

    test('a device that asks too often is told so', async () => {
      const { devices } = stores();
      const { hash } = await begin();
      expect(await devices.poll(hash, NOW)).toBe(true);
      expect(await devices.poll(hash, NOW + POLL_SECONDS - 1)).toBe(false);
      expect(await devices.poll(hash, NOW + POLL_SECONDS)).toBe(true);
      expect(await devices.poll('unknown', NOW)).toBe(false);
    });

    test('an approved one is used once, and only while the consent stands', async () => {
      const user = await newPerson();
      const { devices } = stores();
      const { hash } = await begin();
      expect(await devices.redeem(hash, sessionOf(user), NOW)).toBe(false);
      await devices.decide(hash, approvalOf(user), NOW);
      expect(await devices.redeem(hash, sessionOf(user), NOW)).toBe(false);
      await connect(user);
      const session = sessionOf(user);
      expect(await devices.redeem(hash, session, NOW)).toBe(true);
      expect(await devices.redeem(hash, sessionOf(user), NOW)).toBe(false);
      expect(await devices.find(hash)).toMatchObject({ state: 'used', sessionId: session.sessionId });
      expect(await stores().sessions.sessionIds(user.userId, 'client')).toEqual([session.sessionId]);
    });
  });
}
