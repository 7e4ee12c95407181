/** A person's own account and the end of it, and that of a tenant, on the whole stack. */
import { setTimeout as pause } from 'node:timers/promises';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ErasureStore, eraseDue } from '../../lambdas/erasure/erasure.ts';
import { DynamoErasureStore } from '../../lambdas/erasure/erasure-store.ts';
import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import { erasureKey, usageKeyRowKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, N, number } from '../../lambdas/kernel/items.ts';
import { STREAM_SECONDS } from '../../lambdas/kernel/stream-records.ts';
import { addPasskey } from '../matrix/credentials.ts';
import {
  addMember,
  type FullTenant,
  fullTenant,
  type Member,
  signInWithBrowser,
} from '../support/full-tenant.ts';
import type { HttpResponse } from '../support/http.ts';
import { signedInAgo } from '../support/recent-session.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { usageKeysOf } from '../support/usage-keys.ts';

let stack: TestStack;
let aws: APIGatewayClient;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  const { apiGatewayEndpoint: endpoint, region, credentials } = stack.local;
  aws = new APIGatewayClient({ endpoint, region, credentials });
});
afterAll(async () => {
  aws?.destroy();
  await stack?.stop();
});

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const as = ({ token }: Pick<Member, 'token'>) => ({ headers: bearer(token) });
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Every item of the table. */
async function everyItem(): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of stack.table.scanPages({})) items.push(...page);
  return items;
}

const named = ({ PK, SK }: Item) => `${PK?.S} ${SK?.S}`;
const mentions = (item: Item, ...texts: string[]) =>
  texts.some((text) => JSON.stringify(item).includes(text));

/** Waits until the stream has brought all that was changed: the trail has the rows of all sessions and keys. */
async function settled(tenantId: string): Promise<void> {
  const count = async () => (await stack.table.queryAll(`TENANT#${tenantId}`, 'AUDIT#')).length;
  for (let [before, quiet] = [-1, 0]; quiet < 3; ) {
    const rows = await count();
    quiet = rows === before ? quiet + 1 : 0;
    before = rows;
    await pause(700);
  }
}

/** Runs the reconciler until a tenant's row of usage keys is as said: another run, which it does not join, may be on. */
async function reconciledUntil(tenantId: string, is: (row: Item | undefined) => boolean): Promise<void> {
  const row = async () => {
    await stack.local.invoke('Functionsreconciler', {});
    return stack.table.get(usageKeyRowKey(tenantId));
  };
  await expect.poll(row, { timeout: 20_000 }).toSatisfy(is);
}

/** Erases what is due of a tenant at a time. `steps` is how often a run looks at its clock before it is cut off. */
function erase(tenantId: string, at: number, steps = Number.POSITIVE_INFINITY) {
  const store = new DynamoErasureStore(stack.table);
  const ofTenant: ErasureStore = {
    due: async (time) => (await store.due(time)).filter((erasure) => erasure.tenantId === tenantId),
    begin: (erasure, time) => store.begin(erasure, time),
    proceed: (erasure, time) => store.proceed(erasure, time),
  };
  let left = steps;
  return eraseDue(ofTenant, at, () => (left -= 1) >= 0);
}

/** Deletes somebody's own account. */
const leave = ({ email, token }: Pick<Member, 'email' | 'token'>) =>
  stack.send(`DELETE /v1/auth/account?email=${encodeURIComponent(email)}`, as({ token }));

/** All parts of a download as one. */
async function download(member: Pick<Member, 'token'>) {
  const whole: Record<string, unknown[]> = {};
  let query = '';
  do {
    const { json } = expectStatus(await stack.send(`GET /v1/auth/account${query}`, as(member)), 200);
    const { next_cursor: next, ...part } = json;
    for (const [name, value] of Object.entries(part)) (whole[name] ??= []).push(value);
    query = next === null ? '' : `?cursor=${encodeURIComponent(next)}`;
  } while (query !== '');
  return whole;
}

describe('what is stored of a person', () => {
  let full: FullTenant;
  beforeAll(async () => {
    full = await fullTenant(stack);
    await settled(full.ada.tenantId);
  });

  /** Items that name a person and are not told, by their kind (docs/accounts.md). */
  const EXCEPTIONS = ['REFRESH', 'CODE', 'DEVICE', 'IDEMPOTENCY', 'BACKOFF', 'OUTBOX', 'LINK'];

  test('is in the download: every item that names them is there, or in the list of exceptions', async () => {
    const { ada } = full;
    const text = JSON.stringify(await download(ada));
    const missing = (await everyItem()).filter((item) => {
      if (!mentions(item, ada.userId, ada.email)) return false;
      const [kind = '', id = ''] = (item.PK?.S ?? '').split('#');
      if (EXCEPTIONS.includes(kind)) return false;
      const [rowKind = '', rowId = ''] = (item.SK?.S ?? '').split('#');
      switch (kind) {
        case 'EMAIL':
          return !text.includes(ada.email);
        case 'SESSION':
          // One that has ended is told by the trail.
          return !text.includes(id);
        case 'SIGNIN':
          return !text.includes(item.id?.S ?? '?');
        case 'KEY':
          return !text.includes(item.id?.S ?? '?');
        case 'IDENTITY':
          return !text.includes('"identities":[[{"created_at"');
        case 'CLIENT':
          return !text.includes(`client:${item.id?.S}`);
        case 'USER':
          return rowKind !== 'IDENTITY' && !text.includes(rowId);
        case 'TENANT':
          if (rowKind === 'AUDIT') return !text.includes(`"seq":${number(item, 'seq')},`);
          return !text.includes(rowKind === 'TENANT' ? id : rowId);
        default:
          return true;
      }
    });
    expect(missing.map(named)).toEqual([]);
  });

  test('is the same in the file of the page, which a browser keeps', async () => {
    const { ada, cookie } = full;
    const response = expectStatus(await stack.send('GET /account/download', { headers: { cookie } }), 200);
    expect(response.headers['content-disposition']).toContain('attachment');
    const { profile, sessions, sign_ins, api_keys, next } = response.json;
    expect(profile).toMatchObject({ id: ada.userId, email: ada.email });
    expect([sessions.length > 0, sign_ins.length, api_keys.length > 3, next]).toEqual([true, 1, true, null]);
    // The place in another list is no place in this one.
    const { json } = await stack.send('GET /v1/api-keys?limit=1', as(ada));
    const elsewhere = `GET /account/download?cursor=${json.next_cursor ?? 'none'}`;
    expectStatus(await stack.send(elsewhere, { headers: { cookie } }), 400);
    const nobody = await stack.send('GET /account/download');
    expect([nobody.status, nobody.headers.location]).toEqual([302, '/sign-in?continue=%2Faccount']);
  });

  test('has nothing of other people: neither their sessions nor their address', async () => {
    const { ada, ben } = full;
    const text = JSON.stringify(await download(ben));
    expect(text).not.toContain(ada.email);
    expect(text).toContain(ben.email);
  });
});

describe('sessions and sign-ins', () => {
  test('are seen beside each other, ended one by one, and all but the one that asks', async () => {
    const { ada } = await fullTenant(stack);
    const other = await stack.onboard();
    const { json } = await stack.send('GET /v1/auth/sessions', as(ada));
    expect(json.sign_ins).toEqual([
      expect.objectContaining({ user_agent: 'Firefox/140.0', ip: expect.any(String) }),
    ]);
    const [{ id }] = json.sign_ins;
    const stranger = { token: await stack.logIn(other) };
    expect((await stack.send(`DELETE /v1/auth/sessions/${id}`, as(stranger))).status).toBe(404);
    expectStatus(await stack.send(`DELETE /v1/auth/sessions/${id}`, as(ada)), 200);
    expect((await stack.send(`DELETE /v1/auth/sessions/${id}`, as(ada))).status).toBe(404);
    await signInWithBrowser(stack, ada.email);
    const ended = expectStatus(await stack.send('DELETE /v1/auth/sessions', as(ada)), 200);
    expect(ended.json).toEqual({ status: 'ended', ended: json.data.length });
    const left = await stack.send('GET /v1/auth/sessions', as(ada));
    expect([left.json.data.length, left.json.sign_ins]).toEqual([1, []]);
  });
});

describe('a deleted account', () => {
  test('takes a recent sign-in, and is not the last administrator’s', async () => {
    const { ada, ben } = await fullTenant(stack);
    await signedInAgo(stack.table, ada.token, 601);
    const old = await leave(ada);
    expect([old.status, old.json.code]).toEqual([403, 'reauthentication_required']);
    const alone = await stack.onboard();
    const last = await leave({ ...alone, token: await stack.logIn(alone) });
    expect([last.status, last.json.message]).toEqual([409, expect.stringContaining('close the tenant')]);
    expectStatus(await leave(ben), 200);
  });

  test('opens nothing any more, and leaves the keys to the tenant', async () => {
    const { ada, key, cookie } = await fullTenant(stack);
    expectStatus(await leave(ada), 200);
    expect((await stack.send('GET /v1/auth/me', as(ada))).status).toBe(401);
    expect((await stack.send('GET /account', { headers: { cookie } })).status).toBe(302);
    const login = await stack.send('POST /v1/auth/login', { json: { email: ada.email, password: 'x' } });
    expect(login.status).toBe(401);
    expectStatus(await stack.send('GET /v1/auth/me', { headers: apiKey(key) }), 200);
  });

  test('leaves no name and no address, in no item and no export, and a trail that goes on by ids', async () => {
    const { ada, ben } = await fullTenant(stack);
    expectStatus(await leave(ada), 200);
    await settled(ada.tenantId);
    await erase(ada.tenantId, now());
    await erase(ada.tenantId, now() + STREAM_SECONDS + 60, 2);
    await erase(ada.tenantId, now() + STREAM_SECONDS + 60);
    await erase(ada.tenantId, now() + STREAM_SECONDS + 60);
    // A link that was mailed knows its address until it is forgotten, a week later.
    const addressed = (await everyItem()).filter((item) => mentions(item, ada.email));
    expect(
      addressed
        .filter((item) => !(item.SK?.S === 'LINK' && number(item, 'ttl') < now() + 15 * DAY))
        .map(named),
    ).toEqual([]);
    const rows = await stack.table.queryAll(`TENANT#${ada.tenantId}`, 'AUDIT#');
    const principal = `user:${ada.userId}`;
    const theirs = rows.filter(({ actor }) => actor?.S === principal);
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.filter(({ address, callerRequestId }) => address ?? callerRequestId)).toEqual([]);
    // What is left names them by an id only, and leads nowhere.
    const left = (await everyItem()).filter((item) => mentions(item, ada.userId));
    const kinds = new Set(left.map(({ PK, SK }) => `${PK?.S?.split('#')[0]} ${SK?.S?.split('#')[0]}`));
    expect([...kinds].sort().filter((kind) => !['REFRESH REFRESH', 'LINK LINK'].includes(kind))).toEqual([
      'CLIENT CLIENT',
      'KEY KEY',
      'SESSION SESSION',
      'TENANT APIKEY',
      'TENANT AUDIT',
      'TENANT USER',
    ]);
    // Notes of what they last changed, on keys and on the sessions of others, say no longer from where.
    const notes = left.flatMap(({ chg }) => (chg?.M?.actor?.S === principal ? [chg.M] : []));
    expect([notes.length > 0, notes.filter(({ ip, own_id }) => ip ?? own_id)]).toEqual([true, []]);
    const { text } = expectStatus(await stack.send('GET /v1/admin/export', as(ben)), 200);
    expect(text).not.toContain(ada.email);
    // The address is free.
    await stack.onboard(ada.email);
  });

  test('of two last administrators who delete theirs at once, one stays', async () => {
    const { ada, ben } = await fullTenant(stack);
    const answers = await Promise.all([ada, ben].map(leave));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('while it is demoted by another, ends up deleted, and the tenant has its administrator', async () => {
    const { ada, ben } = await fullTenant(stack);
    const [deleted, demoted] = await Promise.all([
      leave(ada),
      stack.send(`PATCH /v1/users/${ada.userId}`, { ...as(ben), json: { role: 'viewer' } }),
    ]);
    expect(deleted.status).toBe(200);
    expect([200, 404]).toContain(demoted.status);
    const { json } = await stack.send('GET /v1/users', as(ben));
    expect(json.data.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      [ben.userId, 'admin'],
    ]);
  });
});

describe('a closed tenant', () => {
  /** A full tenant with one administrator. */
  async function withOneAdministrator() {
    const full = await fullTenant(stack);
    const { ada, ben } = full;
    expectStatus(
      await stack.send(`PATCH /v1/users/${ben.userId}`, { ...as(ada), json: { role: 'viewer' } }),
      200,
    );
    return full;
  }
  const close = (by: Pick<Member, 'token'>) => stack.send('DELETE /v1/tenant?name=Acme%20Ltd', as(by));
  const refused = (call: () => Promise<HttpResponse>) =>
    expect.poll(async () => (await call()).status, { timeout: 5000 }).toBe(401);
  const reopen = async (cookie: string) => {
    const page = await stack.send('GET /account', { headers: { cookie } });
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = `${new URLSearchParams({ csrf, action: 'reopen' })}`;
    return stack.send('POST /account', { headers: { ...form, cookie }, body });
  };

  test('is closed by its last administrator only, who has signed in recently', async () => {
    const { ada, ben } = await fullTenant(stack);
    const shared = await close(ada);
    expect([shared.status, shared.json.message]).toEqual([
      409,
      expect.stringContaining('Only the last administrator'),
    ]);
    await stack.send(`PATCH /v1/users/${ben.userId}`, { ...as(ada), json: { role: 'viewer' } });
    expect((await close(ben)).status).toBe(403);
    await signedInAgo(stack.table, ada.token, 601);
    expect((await close(ada)).json.code).toBe('reauthentication_required');
  });

  test('refuses keys, sessions and refreshes, mails the way back, and opens again by it', async () => {
    const { ada, ben, key } = await withOneAdministrator();
    const { json: grant } = await stack.send('POST /v1/auth/login', {
      json: { email: ada.email, password: 'YourSecurePassword123!' },
    });
    const closed = expectStatus(await close(ada), 200);
    expect(Date.parse(closed.json.erases_at) / 1000).toBeCloseTo(now() + 30 * DAY, -2);
    await refused(() => stack.send('GET /v1/auth/me', { headers: apiKey(key) }));
    await refused(() => stack.send('GET /v1/auth/me', as(ada)));
    const refresh = await stack.send('POST /v1/auth/refresh', {
      json: { refresh_token: grant.refresh_token },
    });
    expect(refresh.status).toBe(400);
    // The mail waits in the outbox, or has been handed over.
    await expect
      .poll(async () => (await everyItem()).filter(({ PK }) => PK?.S === 'OUTBOX').length, {
        timeout: 10_000,
      })
      .toBe(0);

    await expect(signInWithBrowser(stack, ben.email)).rejects.toThrow('suspended');
    const cookie = await signInWithBrowser(stack, ada.email);
    const page = await stack.send('GET /sign-in', { headers: { cookie } });
    expect([page.status, page.headers.location]).toEqual([302, '/account']);
    expect((await reopen(cookie)).text).toContain('open again');
    await expect
      .poll(async () => (await stack.send('GET /v1/auth/me', { headers: apiKey(key) })).status, {
        timeout: 5000,
      })
      .toBe(200);
    expect(await stack.table.get(erasureKey('TENANT', ada.tenantId))).toBeUndefined();
  });

  test('has no key that works, however it was made while the tenant was closed', async () => {
    const { ada } = await withOneAdministrator();
    const [closed, ...made] = await Promise.all([
      close(ada),
      ...Array.from({ length: 6 }, () =>
        stack.raw('POST /v1/api-keys', { ...as(ada), json: { name: 'late' } }),
      ),
    ]);
    expectStatus(closed as HttpResponse, 200);
    await refused(() => stack.send('GET /v1/auth/me', as(ada)));
    for (const { status, json } of made) {
      if (status !== 201) continue;
      expect((await stack.send('GET /v1/auth/me', { headers: apiKey(json.key) })).status).toBe(401);
    }
  });

  test('is exported whole before, and then erased but for a trail without names, though runs are cut off', async () => {
    const { ada, ben } = await withOneAdministrator();
    await reconciledUntil(ada.tenantId, (row) => row?.warmingSince !== undefined);
    await settled(ada.tenantId);
    const exported = expectStatus(await stack.send('GET /v1/admin/export', as(ada)), 200);
    expect(exported.headers['x-next-cursor']).toBeUndefined();
    const stored = await stack.table.queryAll(`TENANT#${ada.tenantId}`, '');
    const missing = stored.filter(({ SK }) => {
      const [kind = '', id = ''] = (SK?.S ?? '').split('#');
      if (kind === 'AUDIT') return !exported.text.includes(`"seq":${Number(id)},`);
      // Marks and numbers of our own, and clients, which are registered anew with a new secret.
      if (['AUDITED', 'AUDITHEAD', 'USAGE', 'CLIENT', 'TENANT'].includes(kind)) return false;
      return !exported.text.includes(id);
    });
    expect(missing.map(named)).toEqual([]);

    expectStatus(await close(ada), 200);
    await settled(ada.tenantId);
    const due = now() + 30 * DAY + 60;
    // Not a second before.
    await erase(ada.tenantId, now() + 30 * DAY - 600);
    expect(await stack.table.queryAll(`TENANT#${ada.tenantId}`, 'APIKEY#')).not.toEqual([]);
    await erase(ada.tenantId, due, 2);
    const cookie = await signInWithBrowser(stack, ada.email).catch(() => '');
    expect(cookie).toBe('');
    for (let run = 0; run < 4; run += 1) await erase(ada.tenantId, due, 3);
    await erase(ada.tenantId, due);
    const trail = due + STREAM_SECONDS + 60;
    await settled(ada.tenantId);
    await erase(ada.tenantId, trail, 2);
    await erase(ada.tenantId, trail);
    expect(await erase(ada.tenantId, trail)).toMatchObject({ finished: 0 });

    // Nobody has used the usage key for long: a run deletes it, and the next one the row of who has none left.
    expect(await usageKeysOf(aws, ada.tenantId)).toHaveLength(1);
    const isAged = await stack.table.updateIf(usageKeyRowKey(ada.tenantId), {
      UpdateExpression: 'SET since = :past',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(tier)',
      ExpressionAttributeValues: { ':past': N(1) },
    });
    expect(isAged).toBe(true);
    await reconciledUntil(ada.tenantId, (row) => row === undefined);
    expect(await usageKeysOf(aws, ada.tenantId)).toEqual([]);
    const left = (await everyItem()).filter((item) => {
      const isGone = number(item, 'ttl', trail) < trail;
      return !isGone && mentions(item, ada.tenantId, ada.userId, ben.userId, ada.email, ben.email);
    });
    const kinds = new Set(left.map(({ PK, SK }) => `${PK?.S?.split('#')[0]} ${SK?.S?.split('#')[0]}`));
    expect([...kinds].sort()).toEqual(['TENANT AUDIT', 'TENANT AUDITHEAD']);
    for (const item of left) {
      expect(Object.keys(item)).not.toEqual(expect.arrayContaining(['before']));
      expect(item.address ?? item.targetName ?? item.after ?? item.callerRequestId).toBeUndefined();
      expect(number(item, 'ttl')).toBeGreaterThan(trail);
    }
    // Both addresses are free.
    for (const { email } of [ada, ben] as Pick<Account, 'email'>[]) await stack.onboard(email);
  });
});

test('who is removed by an administrator leaves no passkey, which is free for another account', async () => {
  const { ada } = await fullTenant(stack);
  const fourth = await addMember(stack, ada, 'viewer');
  const id = await addPasskey(stack, fourth);
  const factors = new DynamoFactorStore(stack.table);
  expect(await factors.findPasskey(id)).toMatchObject({ userId: fourth.userId });
  expectStatus(await stack.send(`DELETE /v1/users/${fourth.userId}`, as(ada)), 200);
  expect(await factors.findPasskey(id)).toBeUndefined();
});

test('the reconciler erases what is due, a phase each time, with no more than its rights', async () => {
  const { ada, ben } = await fullTenant(stack);
  const third = await addMember(stack, ada, 'admin');
  // What they have changed of others knows them: a key, and a session that has another role.
  const { json: keys } = await stack.send('GET /v1/api-keys', as(ada));
  const renamed = { ...as(third), json: { name: 'renamed', scopes: ['read'] } };
  expectStatus(await stack.send(`PATCH /v1/api-keys/${keys.data[0].id}`, renamed), 200);
  const role = { ...as(third), json: { role: 'viewer' } };
  expectStatus(await stack.send(`PATCH /v1/users/${ben.userId}`, role), 200);
  await signInWithBrowser(stack, third.email);
  await addPasskey(stack, third);
  expectStatus(await leave(third), 200);
  // What the trail leads to is erased, and the trail comes by the stream.
  await stack.local.idle();
  /** Makes it due, and runs the function until the phase has ended. */
  const phase = async (of: 'USER' | 'TENANT', id: string, next: string | undefined) => {
    const key = erasureKey(of, id);
    await stack.table.updateIf(key, {
      UpdateExpression: 'SET due = :past',
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':past': N(1) },
    });
    for (let run = 0; run < 10; run += 1) {
      if ((await stack.table.get(key))?.phase?.S === next) break;
      await stack.local.invoke('Functionsreconciler', {});
    }
    expect((await stack.table.get(key))?.phase?.S).toBe(next);
  };
  await phase('USER', third.userId, 'trail');
  await phase('USER', third.userId, undefined);
  expectStatus(await stack.send('DELETE /v1/tenant?name=Acme%20Ltd', as(ada)), 200);
  await settled(ada.tenantId);
  await phase('TENANT', ada.tenantId, 'trail');
  await phase('TENANT', ada.tenantId, undefined);
  const left = await stack.table.queryAll(`TENANT#${ada.tenantId}`, '');
  expect(new Set(left.map(({ SK }) => SK?.S?.split('#')[0]))).toEqual(new Set(['AUDIT', 'AUDITHEAD']));
});

test('somebody of another tenant neither sees nor ends anything', async () => {
  const { ada } = await fullTenant(stack);
  const other = await addMember(stack, { ...(await stack.onboard()), token: '' } as Member, 'viewer').catch(
    () => undefined,
  );
  expect(other).toBeUndefined();
  const stranger = { token: await stack.logIn(await stack.onboard()) };
  const { json } = await stack.send('GET /v1/auth/apps', as(ada));
  expect((await stack.send(`DELETE /v1/auth/apps/${json.data[0].id}`, as(stranger))).status).toBe(404);
});
