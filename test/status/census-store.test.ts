import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventKey, keyRecordKey, tenantKey, userKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, S } from '../../lambdas/kernel/items.ts';
import type { CensusChange } from '../../lambdas/status/census.ts';
import { type CountedEvent, censusChange, DynamoCensusStore } from '../../lambdas/status/census-store.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
let census: DynamoCensusStore;
beforeAll(async () => {
  store = await startStore();
  census = new DynamoCensusStore(store.table);
});
afterAll(() => store.stop());

describe('the census', () => {
  test('is all zero before anything has happened', async () => {
    expect(await census.read()).toEqual({
      tenants: 0,
      users: 0,
      keys_active: 0,
      keys_disabled: 0,
      keys_revoked: 0,
    });
  });

  test('counts an event once, however often and however parallel the stream brings it', async () => {
    const events: readonly CountedEvent[] = [
      { id: 'a', change: { tenants: 1 } },
      { id: 'b', change: { users: 1 } },
      { id: 'c', change: { keys_active: 1 } },
      { id: 'd', change: { keys_active: 1 } },
      { id: 'e', change: { keys_active: -1, keys_revoked: 1 } },
    ];
    // One by one, and in batches that overlap.
    const deliveries = [...events.map((event) => [event]), events.slice(0, 3), events.slice(2), events];
    await Promise.all(deliveries.map((batch) => census.count(batch, NOW)));
    expect(await census.read()).toEqual({
      tenants: 1,
      users: 1,
      keys_active: 1,
      keys_disabled: 0,
      keys_revoked: 1,
    });
    expect(await store.item(eventKey('a'))).toMatchObject({ ttl: { N: String(NOW + 2 * 86_400) } });
  });

  test('writes nothing for an event that changes nothing', async () => {
    await census.count([{ id: 'idle', change: {} }], NOW);
    expect(await store.item(eventKey('idle'))).toBeUndefined();
  });
});

test('counts more events at once than a transaction takes', async () => {
  const before = await census.read();
  const events = Array.from({ length: 250 }, (_, index) => ({ id: `many${index}`, change: { users: 1 } }));
  await census.count(events, NOW);
  expect((await census.read()).users).toBe(before.users + 250);
});

describe('what an event changes', () => {
  const key = (state: string): Item => ({ ...keyRecordKey('locator'), st: S(state) });
  const tenant: Item = { ...tenantKey('t') };
  const user: Item = { ...userKey('t', 'u') };

  test.each<[string, Item | undefined, Item | undefined, CensusChange]>([
    ['a tenant comes', undefined, tenant, { tenants: 1 }],
    ['a tenant goes', tenant, undefined, { tenants: -1 }],
    ['a tenant changes', tenant, tenant, {}],
    ['a person comes', undefined, user, { users: 1 }],
    ['a person goes', user, undefined, { users: -1 }],
    ['a key comes', undefined, key('active'), { keys_active: 1 }],
    ['a key is used', key('active'), key('active'), {}],
    ['a key is disabled', key('active'), key('disabled'), { keys_active: -1, keys_disabled: 1 }],
    ['a key is enabled', key('disabled'), key('active'), { keys_disabled: -1, keys_active: 1 }],
    ['a key is revoked', key('disabled'), key('revoked'), { keys_disabled: -1, keys_revoked: 1 }],
    ['a key is deleted', key('revoked'), undefined, { keys_revoked: -1 }],
    ['a workspace comes', undefined, { ...workspaceKey('t', 'w') }, {}],
    ['a key of a state that nobody knows', undefined, key('toString'), {}],
    ['nothing', undefined, undefined, {}],
  ])('%s', (_case, before, after, change) => {
    expect(censusChange(before, after)).toEqual(change);
  });
});
