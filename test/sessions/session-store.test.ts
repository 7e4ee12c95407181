import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionKey, userSessionKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { MAX_SESSIONS_PER_USER, openSession } from '../../lambdas/sessions/sessions.ts';
import type { User } from '../../lambdas/sessions/user.ts';
import { NOW, newAccount, startStore, type TestStore } from '../support/table.ts';
import { AUTHENTICATION } from '../support/tenants.ts';
import { sessionStoreContract } from './session-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

sessionStoreContract(() => store);

/** A person of a tenant of their own. */
async function newPerson(): Promise<User> {
  const account = newAccount();
  await store.accounts.createAccount(account);
  return account.user;
}
const LIFETIME = { idleSeconds: 3600, absoluteSeconds: 3600 };
const open = async (user?: User, now = NOW) =>
  openSession(
    {
      user: user ?? (await newPerson()),
      authentication: AUTHENTICATION,
      workspaceId: 'w',
      lifetime: LIFETIME,
      from: { requestId: 'r' },
    },
    store.sessions,
    now,
  );

test('a session is one hot record and a row of its user, and both end with TTL', async () => {
  const { sessionId, userId } = await open();
  expect(await store.item(sessionKey(sessionId))).toMatchObject({
    st: S('active'),
    xa: N(NOW + 3600),
    ttl: N(NOW + 3600),
    usr: S(userId),
  });
  expect(await store.item(userSessionKey(userId, sessionId))).toMatchObject({ ttl: N(NOW + 3600) });
});

test('the 51st session of a user ends the one that is unused for longest, after what is over already', async () => {
  const user = await newPerson();
  const opened: string[] = [];
  for (let index = 0; index < MAX_SESSIONS_PER_USER; index += 1)
    opened.push((await open(user, NOW + index)).sessionId);
  const set = (sessionId: string, name: string, value: number) =>
    store.table.update(sessionKey(sessionId), {
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': N(value) },
    });
  const [busy = '', unused = '', usedLater = '', next = '', expired = ''] = opened;
  await set(busy, 'seen', NOW + 500);
  await set(usedLater, 'seen', NOW + 400);
  await set(expired, 'xa', NOW + 599);
  const ended: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const before = await store.sessions.sessionIds(user.userId, 'login');
    await open(user, NOW + 600);
    const after = new Set(await store.sessions.sessionIds(user.userId, 'login'));
    ended.push(...before.filter((id) => !after.has(id)));
  }
  expect(ended).toEqual([expired, unused, next]);
});

test('ending a session twice, or one that TTL has deleted, is no error and changes nothing', async () => {
  const { sessionId, userId } = await open();
  await store.sessions.end({ sessionId, userId }, { actor: 'user:u', requestId: 'first' });
  const before = await store.item(sessionKey(sessionId));
  expect(before).toMatchObject({ st: S('ended'), chg: { M: { request_id: S('first') } } });
  await store.sessions.end({ sessionId, userId }, { actor: 'user:u', requestId: 'second' });
  expect(await store.item(sessionKey(sessionId))).toEqual(before);
  await store.table.delete(sessionKey(sessionId));
  await store.sessions.end({ sessionId, userId }, { actor: 'user:u', requestId: 'third' });
  expect(await store.item(sessionKey(sessionId))).toBeUndefined();
});
