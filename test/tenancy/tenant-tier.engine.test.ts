import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tenantKey, usageKeyRowKey } from '../../lambdas/kernel/item-keys.ts';
import { DynamoUsageKeyStore } from '../../lambdas/plans/usage-key-store.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { NOW, ORIGIN, startStore, storeTenant, type TestStore } from '../support/table.ts';

/** What a change of tier, and the end of a tenant, do to its usage key. */

let store: TestStore;
let usageKeys: DynamoUsageKeyStore;
beforeAll(async () => {
  store = await startStore();
  usageKeys = new DynamoUsageKeyStore(store.table);
});
afterAll(() => store.stop());

const change = (tenantId: string, wanted: Parameters<DynamoTenantStore['change']>[1]) =>
  new DynamoTenantStore(store.table).change(tenantId, wanted, ORIGIN, NOW);

/** A tenant that uses a key of its own. */
async function keyedTenant(): Promise<string> {
  const { tenantId } = await storeTenant(store);
  await usageKeys.register(tenantId, NOW);
  const row = (await usageKeys.rows()).rows.find((each) => each.tenantId === tenantId);
  if (row === undefined) throw new Error('The tenant has no row.');
  await usageKeys.warm(row, NOW);
  expect(await usageKeys.point(row, 'OWN')).toBe(true);
  return tenantId;
}

test('a tenant that is closed for ever gets no key again, whatever is written to it later', async () => {
  const { tenantId } = await storeTenant(store);
  await change(tenantId, { state: 'closed' });
  // As the reconciler does when its keys are gone.
  await store.table.delete(usageKeyRowKey(tenantId));
  await usageKeys.register(tenantId, NOW);
  expect(await store.item(usageKeyRowKey(tenantId))).toBeUndefined();
});

describe('a change of tier', () => {
  test('puts the tenant on the shared key, and has another made, in one write', async () => {
    const tenantId = await keyedTenant();
    expect(await change(tenantId, { tier: 'pro' })).toMatchObject({ tier: 'pro' });
    const tenant = await store.item(tenantKey(tenantId));
    expect(tenant).toMatchObject({ tier: { S: 'pro' }, usageGeneration: { N: '1' } });
    expect(tenant).not.toHaveProperty('usageKey');
    const { warmingSince, pointed, ...wanted } = (await store.item(usageKeyRowKey(tenantId))) ?? {};
    expect([warmingSince, pointed]).toEqual([undefined, undefined]);
    expect(wanted).toMatchObject({ tier: { S: 'pro' }, generation: { N: '1' } });
  });

  test('to the same tier, and any other change, leaves the key', async () => {
    const tenantId = await keyedTenant();
    for (const wanted of [{ tier: 'free' }, { name: 'Another' }, { state: 'suspended' }] as const)
      await change(tenantId, wanted);
    expect(await store.item(tenantKey(tenantId))).toMatchObject({ usageKey: { S: 'OWN' } });
  });

  test('of a tenant that is not there makes none', async () => {
    expect(await change('nobody', { tier: 'pro' })).toBeUndefined();
    expect(await store.item(usageKeyRowKey('nobody'))).toBeUndefined();
  });

  test('any number at once: tenant and row agree in the end', async () => {
    const { tenantId } = await storeTenant(store);
    const all = Array.from({ length: 10 }, (_, index) =>
      change(tenantId, { tier: index % 2 ? 'pro' : 'free' }),
    );
    await Promise.allSettled(all);
    const [tenant, row] = [await store.item(tenantKey(tenantId)), await store.item(usageKeyRowKey(tenantId))];
    expect(row?.tier).toEqual(tenant?.tier);
    expect(row?.generation).toEqual(tenant?.usageGeneration);
  });

  test('before the stream has seen the tenant is not undone by it', async () => {
    const { tenantId } = await storeTenant(store);
    await change(tenantId, { tier: 'pro' });
    await usageKeys.register(tenantId, NOW + 5);
    expect(await store.item(usageKeyRowKey(tenantId))).toMatchObject({
      tier: { S: 'pro' },
      generation: { N: '1' },
      since: { N: String(NOW) },
    });
  });
});

test('a tenant that is closed gives its key back', async () => {
  const tenantId = await keyedTenant();
  await change(tenantId, { state: 'closed' });
  expect(await store.item(tenantKey(tenantId))).not.toHaveProperty('usageKey');
  expect(await store.item(usageKeyRowKey(tenantId))).not.toHaveProperty('tier');
  await expect(change(tenantId, { tier: 'pro' })).rejects.toThrow('closed');
});
