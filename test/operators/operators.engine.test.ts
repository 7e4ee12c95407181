import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { DynamoTenantDirectory } from '../../lambdas/operators/directory-store.ts';
import { DynamoOperatorStore } from '../../lambdas/operators/operator-store.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { NOW, ORIGIN, startStore, storeTenant, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const add = (email: string) =>
  new DynamoOperatorStore(store.table).add({ email, fullName: null, tier: 'free' }, ORIGIN, NOW);

test('of the first two operators at once each is made, in one tenant that requires second factors', async () => {
  const [one, two] = await Promise.all([add('one@example.com'), add('two@example.com')]);
  const { people } = await store.people.page('operators', 10);
  expect(people.map(({ userId }) => userId).sort()).toEqual([one.userId, two.userId].sort());
  expect(people).toContainEqual(one);
  expect(one).toMatchObject({ role: 'operator', emailVerified: true, factors: [], createdBy: ORIGIN.actor });
  expect(await new DynamoTenantStore(store.table).find('operators')).toMatchObject({
    state: 'active',
    requiresFactor: true,
    users: 2,
    workspaces: 1,
    keys: 0,
  });
  expect(await store.factors.isRequiredByTenant('operators')).toBe(true);
  const login = await store.accounts.findLogin('one@example.com');
  expect(login).toMatchObject({ tenantId: 'operators', passwordHash: expect.any(String) });
  const { rows } = await new AuditTrail(store.table).page('operators', 10, 0, {});
  expect(rows.map(({ action }) => action)).toEqual(['tenant.create', 'user.create', 'user.create']);
  await expect(add('one@example.com')).rejects.toMatchObject({ code: 'email_taken' });
});

test('every customer is listed once, page by page, and operators are not among them', async () => {
  const made: string[] = [];
  for (let index = 0; index < 7; index += 1) made.push((await storeTenant(store)).tenantId);
  await add('three@example.com').catch(() => undefined);
  const directory = new DynamoTenantDirectory(store.table);
  const listed: string[] = [];
  let after: string | undefined;
  do {
    const { tenants, next } = await directory.page(3, after, undefined);
    expect(tenants.length).toBeLessThanOrEqual(3);
    listed.push(...tenants.map(({ id }) => id));
    after = next ?? undefined;
  } while (after !== undefined);
  expect(listed.sort()).toEqual([...made].sort());
});

test('a part of a name finds its tenants, whatever the case; all that is shown is as it is stored', async () => {
  const { tenantId } = await storeTenant(store);
  const tenants = new DynamoTenantStore(store.table);
  await tenants.change(tenantId, { name: 'Straße & Söhne', state: 'suspended' }, ORIGIN, NOW);
  const directory = new DynamoTenantDirectory(store.table);
  const found = await directory.page(50, undefined, 'SÖHNE');
  expect(found).toEqual({ tenants: [await tenants.find(tenantId)], next: null });
  expect((await directory.page(50, undefined, 'nobody’s name')).tenants).toEqual([]);
  expect(await store.item(tenantKey('operators'))).toBeDefined();
});
