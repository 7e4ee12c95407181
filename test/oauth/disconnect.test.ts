import { beforeEach, describe, expect, test } from 'vitest';
import { S } from '../../lambdas/kernel/items.ts';
import { APP, type App, appIdOf, CONSENT_SECONDS } from '../../lambdas/oauth/app.ts';
import { disconnect } from '../../lambdas/oauth/disconnect.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { AUTHENTICATION, NOW, newAccount, ORIGIN } from '../support/tenants.ts';

const CLIENT = 'https://client.example/metadata.json';
const OTHER = 'https://other.example/metadata.json';

let stores = memoryStores();
let person: User;
beforeEach(async () => {
  stores = memoryStores();
  person = await newPerson();
});

async function newPerson(): Promise<User> {
  const account = newAccount();
  await stores.accounts.createAccount(account);
  return account.user;
}

const appOf = ({ userId, tenantId }: User, clientId = CLIENT): App => ({
  appId: appIdOf({ clientId }),
  userId,
  tenantId,
  clientId,
  name: null,
  host: 'client.example',
  scopes: ['read'],
  workspaceId: 'w',
  connectedAt: NOW,
  expiresAt: NOW + CONSENT_SECONDS,
});

const connect = (user: User, clientId = CLIENT) =>
  stores.apps.connect(appOf(user, clientId), undefined, ORIGIN, NOW);

const sessionOf = (user: User, clientId?: string) => ({
  sessionId: crypto.randomUUID(),
  user,
  authentication: AUTHENTICATION,
  workspaceId: 'w',
  clientId,
  createdAt: NOW,
  expiresAt: NOW + 3600,
  endsAt: NOW + 7200,
  origin: ORIGIN,
});

/** Opens a session and gives its id. */
async function open(user: User, clientId?: string): Promise<string> {
  const session = sessionOf(user, clientId);
  await stores.sessions.create(session);
  return session.sessionId;
}

const openOnes = async (user = person) =>
  (await stores.sessions.list(user.userId, NOW)).map(({ sessionId }) => sessionId).toSorted();

const context = (given: Partial<Parameters<typeof disconnect>[3]> = {}) => ({
  apps: stores.apps,
  sessions: stores.sessions,
  clock: () => NOW,
  ...given,
});

describe('a person who takes back what an app may do', () => {
  test('ends all its sessions, and neither their own nor those of another app or person', async () => {
    const other = await newPerson();
    for (const user of [person, other]) await connect(user);
    await connect(person, OTHER);
    await Promise.all([open(person, CLIENT), open(person, CLIENT)]);
    const stay = [await open(person), await open(person, OTHER)].toSorted();
    const others = await open(other, CLIENT);
    const app = await disconnect(person.userId, appIdOf({ clientId: CLIENT }), ORIGIN, context());
    expect(app).toMatchObject({ clientId: CLIENT, userId: person.userId });
    expect(await openOnes()).toEqual(stay);
    expect(await openOnes(other)).toEqual([others]);
    expect((await stores.apps.list(person.userId, NOW)).map(({ clientId }) => clientId)).toEqual([OTHER]);
    expect(await stores.apps.list(other.userId, NOW)).toHaveLength(1);
  });

  test('is told of none where there is none, where it is forgotten, and where it is somebody else’s', async () => {
    const other = await newPerson();
    await connect(other);
    const session = await open(other, CLIENT);
    const { appId } = appOf(other);
    expect(await disconnect(person.userId, appId, ORIGIN, context())).toBeUndefined();
    expect(await disconnect(person.userId, '../../x', ORIGIN, context())).toBeUndefined();
    const later = context({ clock: () => NOW + CONSENT_SECONDS });
    expect(await disconnect(other.userId, appId, ORIGIN, later)).toBeUndefined();
    expect(await openOnes(other)).toEqual([session]);
  });

  test('leaves no session to a code that is used at the same moment', async () => {
    const { tenantId, userId } = person;
    const code = {
      tenantId,
      userId,
      userVersion: person.version ?? 0,
      workspaceId: 'w',
      authentication: AUTHENTICATION,
      grant: { clientId: CLIENT, scopes: ['read'], resource: '/v1/mcp' },
      redirectUri: 'https://client.example/cb',
      challenge: 'c',
      expiresAt: NOW + 60,
    };
    const redeem = (hash: string) => stores.codes.redeem(hash, sessionOf(person, CLIENT), NOW);
    /** Uses a code before a step of the disconnecting, and another one after it. */
    const codesAround = <Given extends unknown[], Result>(
      step: (...given: Given) => Promise<Result>,
      [before, after]: readonly [string, string],
    ) => {
      return async (...given: Given): Promise<Result> => {
        await redeem(before);
        const result = await step(...given);
        await redeem(after);
        return result;
      };
    };
    await connect(person);
    const hashes = ['a', 'b', 'c', 'd'] as const;
    for (const hash of hashes) await stores.codes.issue(hash, code);
    const { apps, sessions } = stores;
    await disconnect(
      userId,
      appIdOf({ clientId: CLIENT }),
      ORIGIN,
      context({
        apps: {
          find: (...given) => apps.find(...given),
          disconnect: codesAround(apps.disconnect.bind(apps), ['a', 'b']),
        },
        sessions: {
          list: codesAround(sessions.list.bind(sessions), ['c', 'd']),
          end: (...given) => sessions.end(...given),
        },
      }),
    );
    expect(await openOnes()).toEqual([]);
    // The first of them had opened one: it is what was ended.
    expect((await stores.codes.find('a'))?.sessionId).toEqual(expect.any(String));
  });
});

describe('a connected app', () => {
  test('has an id that is part of a path, of its client’s id alone, and of no other', () => {
    const id = appIdOf({ clientId: CLIENT });
    expect(id).toMatch(/^app_[\w-]{22}$/);
    expect(appIdOf({ clientId: CLIENT })).toBe(id);
    expect(appIdOf({ clientId: `${CLIENT}/` })).not.toBe(id);
    expect(appIdOf({ clientId: '../../../users' })).toMatch(/^app_[\w-]{22}$/);
  });

  test('is read as it was stored, beside its person, and shown without whose it is', () => {
    const app = appOf(person);
    const keys = { PK: S(`USER#${app.userId}`), SK: S(`APP#${app.appId}`) };
    expect(APP.read({ row: { ...APP.item('row', app), ...keys } })).toEqual(app);
    const view = APP.viewAs<{
      id: string;
      client_id: string;
      name: string | null;
      host: string | null;
      scopes: readonly string[];
      workspace_id: string;
      connected_at: string;
    }>();
    expect(view(app, undefined)).toEqual({
      id: app.appId,
      client_id: CLIENT,
      name: null,
      host: 'client.example',
      scopes: ['read'],
      workspace_id: 'w',
      connected_at: '2027-01-15T08:00:48Z',
    });
    expect(APP.audited(app, APP.lasting)).toEqual({
      user_id: app.userId,
      client_id: CLIENT,
      scopes: ['read'],
      workspace_id: 'w',
    });
  });
});
