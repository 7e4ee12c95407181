import { expect, test } from 'vitest';
import type { Access } from '../../lambdas/contract/access.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { routeGroup } from '../../lambdas/kernel/route.ts';
import { operatorCheck } from '../../lambdas/operators/operator.ts';
import { PERSON, type Person } from '../../lambdas/people/person.ts';
import { rightsFields } from '../../lib/rights-fields.ts';
import { profile } from '../../profiles/default.ts';
import { rightsIn } from '../support/deployment.ts';

const NOW = 1_800_000_000;

const caller: Caller = {
  kind: 'user',
  tenantId: 'operators',
  userId: 'u1',
  sessionId: 's1',
  role: 'operator',
  workspaceId: 'w1',
  scopes: [],
  environment: 'live',
};
const person: Person = {
  ...PERSON.initial,
  userId: 'u1',
  tenantId: 'operators',
  email: 'op@example.com',
  fullName: null,
  role: 'operator',
  factors: ['totp'],
  createdAt: NOW,
  createdBy: 'operator',
};
const signedIn = { authTime: NOW - 600, amr: ['pwd', 'otp', 'mfa'] };

function check(stored: Partial<Person> = {}, authentication: typeof signedIn = signedIn) {
  return operatorCheck({
    people: {
      find: async (tenantId, userId) =>
        tenantId === 'operators' && userId === 'u1' ? { ...person, ...stored } : undefined,
    },
    sessions: { authentication: async () => authentication },
    clock: () => NOW,
  });
}

const notThere = { code: 'not_found' };
const again = { code: 'reauthentication_required' };

test('an operator with a second factor may look for as long as the session lasts, and act for ten minutes', async () => {
  await check()(caller, true);
  await check({}, { ...signedIn, authTime: NOW - 601 })(caller, false);
  await expect(check({}, { ...signedIn, authTime: NOW - 601 })(caller, true)).rejects.toMatchObject(again);
});

test.each<[string, Caller]>([
  [
    'an administrator of a customer',
    { ...caller, tenantId: crypto.randomUUID(), role: 'admin', scopes: ['admin'] },
  ],
  ['somebody who says that they are an operator elsewhere', { ...caller, tenantId: 'operators ' }],
  ['an OAuth client that acts for an operator', { ...caller, clientId: 'client' }],
  ['a page by an embed token', { ...caller, embed: { subject: null } } as Caller],
  ['another person', { ...caller, userId: 'u2' }],
  ['an API key', { ...caller, kind: 'key', keyId: 'k' } as Caller],
  ['nobody', { ...caller, kind: 'anonymous' } as Caller],
])('for %s the row is not there', async (_who, other) => {
  await expect(check()(other, false)).rejects.toMatchObject(notThere);
});

test('for an operator who was removed, has another role, or has lost the second factor the row is not there', async () => {
  const removed = operatorCheck({
    people: { find: async () => undefined },
    sessions: { authentication: async () => signedIn },
    clock: () => NOW,
  });
  await expect(removed(caller, false)).rejects.toMatchObject(notThere);
  await expect(check({ role: 'admin' })(caller, false)).rejects.toMatchObject(notThere);
  await expect(check({ factors: [] })(caller, false)).rejects.toMatchObject(notThere);
});

test('a session without a second factor, or one that has ended, has to sign in again even to look', async () => {
  await expect(check({}, { ...signedIn, amr: ['pwd'] })(caller, false)).rejects.toMatchObject(again);
  const ended = operatorCheck({
    people: { find: async () => person },
    sessions: { authentication: async () => undefined },
    clock: () => NOW,
  });
  await expect(ended(caller, false)).rejects.toMatchObject(again);
});

const group = routeGroup<{ readonly requireOperator: (caller: Caller, isAct: boolean) => Promise<void> }>()({
  service: 'management',
  tag: 'Tenant',
});
const success = { kind: 'nothing', status: 204, description: '' } as const;
const row = {
  path: '/operators/things',
  summary: '',
  success,
  errors: [],
  handle: async () => undefined,
} as never;
const { rows } = group.rows({
  getTenant: group.operator(Object.assign({ method: 'GET' }, row) as never),
  updateTenant: group.operator(Object.assign({ method: 'PATCH' }, row) as never),
});

test('a row of operators is there only where the configuration has them, and takes no key', () => {
  const own = (one: Profile) => apiRows(rows, one).filter(({ path }) => path.startsWith('/operators'));
  expect(own(profile)).toEqual([]);
  const served = own({ ...profile, hasOperators: true });
  expect(served.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'PATCH']);
  expect(accessTable(served, rightsIn(profile))['/operators/things']).toEqual({
    GET: { callers: 'user' },
    PATCH: { callers: 'user' },
  });
});

test('who is no operator is refused before anything of the request is read; what is no GET is an act', async () => {
  const asked: boolean[] = [];
  const refusing = {
    requireOperator: async (_caller: Caller, isAct: boolean) => {
      asked.push(isAct);
      throw new Error('refused');
    },
  };
  const untouched = new Proxy({}, { get: () => expect.unreachable('the request was read') }) as never;
  for (const each of rows) {
    expect(each.access).toEqual<Access>({ kind: 'operator' });
    await expect(each.handle(untouched, refusing, caller)).rejects.toThrow('refused');
    await expect(each.handle(untouched, refusing, undefined)).rejects.toMatchObject(notThere);
  }
  expect(asked).toEqual([false, true]);
});

test('no configuration and no contract can declare the role of operators', () => {
  expect(
    rightsFields.roles.safeParse({ operator: { scopes: ['read'] } }).error?.issues[0]?.message,
  ).toContain('must not have operator');
  expect(rightsFields.roles.safeParse({ operators: { scopes: ['read'] } }).success).toBe(true);
});
