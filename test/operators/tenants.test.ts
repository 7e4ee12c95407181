import { beforeEach, expect, test } from 'vitest';
import type { CustomerContext } from '../../lambdas/operators/tenants.ts';
import { customers, findCustomer, requireTier } from '../../lambdas/operators/tenants.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { storeTenant } from '../support/tenants.ts';

let stores: MemoryStores;
let context: CustomerContext;
let looked: unknown[][];
beforeEach(() => {
  stores = memoryStores();
  looked = [];
  context = {
    ...stores,
    directory: {
      page: async (...asked) => {
        looked.push(asked);
        return { tenants: [], next: 'more' };
      },
    },
  };
});

test('a tenant is found at once by its id, in any case, or by the address of one of its people', async () => {
  const { account } = await storeTenant(stores);
  const { tenantId, email } = account.user;
  for (const search of [tenantId, ` ${tenantId.toUpperCase()}`, email, email.toUpperCase()])
    expect((await customers(search, 50, undefined, context)).tenants.map(({ id }) => id)).toEqual([tenantId]);
  for (const search of [crypto.randomUUID(), 'nobody@example.com'])
    expect(await customers(search, 50, undefined, context)).toEqual({ tenants: [], next: null });
  expect(looked).toEqual([]);
});

test('anything else is a part of a name, which the table is read for', async () => {
  expect(await customers('Acme', 20, 'there', context)).toEqual({ tenants: [], next: 'more' });
  await customers(undefined, 50, undefined, context);
  await customers('operators', 50, undefined, context);
  expect(looked).toEqual([
    [20, 'there', 'Acme'],
    [50, undefined, undefined],
    [50, undefined, 'operators'],
  ]);
});

test('the tenant of operators is no customer, however it is asked for', async () => {
  const { account } = await storeTenant(stores);
  const there = { ...stores.tenants, find: async () => ({ id: 'operators' }) } as never;
  await expect(findCustomer('operators', { tenants: there })).rejects.toMatchObject({ code: 'not_found' });
  const byAddress = { findLogin: async () => ({ ...account.user, workspaceId: 'w', tenantId: 'operators' }) };
  const found = await customers('op@example.com', 50, undefined, {
    ...context,
    tenants: there,
    accounts: byAddress as never,
  });
  expect(found.tenants).toEqual([]);
  await expect(findCustomer('nobody', context)).rejects.toMatchObject({ code: 'not_found' });
});

test('a tier has to be one of the configuration', () => {
  const tiers = { free: { keyRequestsPerMinute: 1, sessionRequestsPerMinute: 1, keys: 1 } };
  expect(() => requireTier({ tier: 'free' }, { tiers })).not.toThrow();
  expect(() => requireTier({}, { tiers })).not.toThrow();
  for (const tier of ['pro', 'toString', ''])
    expect(() => requireTier({ tier }, { tiers })).toThrow('must be one of free');
});
