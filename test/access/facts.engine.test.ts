import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Facts } from '../../lambdas/access/facts.ts';
import { FACTS_SECONDS } from '../../lambdas/kernel/freshness.ts';
import { CONTROL_KEY, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import type { RecordClient } from '../../lambdas/kernel/record-client.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { CLIENTS, startStore, storeTenant, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Facts over a client that is counted, with a clock that is moved by hand and a store that can be taken away. */
function watched(client: RecordClient) {
  const state = { reads: 0, ofControl: 0, at: 1_000_000, down: false };
  const counting: RecordClient = {
    updateItem: (input) => client.updateItem(input),
    batchGetItem(input) {
      state.reads += 1;
      if (input.RequestItems[store.table.name]?.Keys.includes(CONTROL_KEY)) state.ofControl += 1;
      return state.down ? Promise.reject(new Error('down')) : client.batchGetItem(input);
    },
  };
  return { state, facts: new Facts(counting, store.table.name, () => state.at) };
}
const setTenant = (tenantId: string, name: string, value: string) =>
  store.table.update(tenantKey(tenantId), {
    UpdateExpression: 'SET #name = :value',
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: { ':value': S(value) },
  });

describe.each(CLIENTS)('facts by %s', (_name, clientOf) => {
  test('cost at most one read a tenant in two seconds, however many ask', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    for (let call = 0; call < 100; call += 1) {
      await facts.tenant(tenantId);
      state.at += 19;
    }
    expect(state.reads).toBe(1);
    state.at += 1000 * FACTS_SECONDS;
    await facts.tenant(tenantId);
    expect(state.reads).toBe(2);
  });

  test('of the deployment and of the tenant that is next cost one read together', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    await facts.control(tenantId);
    await facts.tenant(tenantId);
    expect(state.reads).toBe(1);
  });

  test('of the deployment are read once in two seconds, however many tenants call', async () => {
    const { state, facts } = watched(clientOf(store));
    for (let call = 0; call < 50; call += 1) {
      const tenantId = crypto.randomUUID();
      await facts.control(tenantId);
      await facts.tenant(tenantId);
      state.at += 1000 / 25;
    }
    expect(state).toMatchObject({ reads: 50, ofControl: 1 });
  });

  test('of a tenant are read without the deployment’s', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    await facts.tenant(tenantId);
    expect(state.ofControl).toBe(0);
    state.at += 1000 * FACTS_SECONDS;
    await Promise.all([facts.tenant(tenantId), facts.control(tenantId), facts.tenant(tenantId)]);
    expect(state).toMatchObject({ reads: 3, ofControl: 1 });
  });

  test('are read once for a hundred decisions that wait at once', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    const found = await Promise.all(Array.from({ length: 100 }, () => facts.tenant(tenantId)));
    expect(state.reads).toBe(1);
    for (const one of found)
      expect(one).toEqual({
        state: 'active',
        tier: 'free',
        suspendedWorkspaces: new Set(),
        workspaces: new Set([expect.any(String)]),
      });
  });

  test('are never used when they are two seconds old', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    await facts.tenant(tenantId);
    await setTenant(tenantId, 'state', 'suspended');
    state.at += 1000 * FACTS_SECONDS - 1;
    expect((await facts.tenant(tenantId))?.state).toBe('active');
    state.at += 1;
    expect((await facts.tenant(tenantId))?.state).toBe('suspended');
  });

  test('are as old as the beginning of their read, and no younger', async () => {
    const { tenantId } = await storeTenant(store);
    const client = clientOf(store);
    const clock = { at: 0, reads: 0 };
    const slow: RecordClient = {
      updateItem: (input) => client.updateItem(input),
      async batchGetItem(input) {
        clock.reads += 1;
        const answer = await client.batchGetItem(input);
        clock.at += 1500;
        return answer;
      },
    };
    const facts = new Facts(slow, store.table.name, () => clock.at);
    await facts.tenant(tenantId);
    clock.at += 499;
    await facts.tenant(tenantId);
    expect(clock.reads).toBe(1);
    clock.at += 1;
    await facts.tenant(tenantId);
    expect(clock.reads).toBe(2);
  });

  test('that are stale and cannot be read again are an error, and come back with the store', async () => {
    const { tenantId } = await storeTenant(store);
    const { state, facts } = watched(clientOf(store));
    await facts.tenant(tenantId);
    await facts.control();
    state.down = true;
    state.at += 1000 * FACTS_SECONDS;
    await expect(facts.tenant(tenantId)).rejects.toThrow('down');
    await expect(facts.control()).rejects.toThrow('down');
    state.down = false;
    expect((await facts.tenant(tenantId))?.tier).toBe('free');
  });

  test('a tenant that does not exist is remembered as such, and found once it does', async () => {
    const { state, facts } = watched(clientOf(store));
    const tenantId = crypto.randomUUID();
    expect(await facts.tenant(tenantId)).toBeUndefined();
    expect(await facts.tenant(tenantId)).toBeUndefined();
    expect(state.reads).toBe(1);
    await store.put({ ...tenantKey(tenantId), state: S('active'), tier: S('pro'), keyCount: N(0) });
    state.at += 1000 * FACTS_SECONDS;
    expect((await facts.tenant(tenantId))?.tier).toBe('pro');
  });

  test('one tenant’s facts are never another’s', async () => {
    const { facts } = watched(clientOf(store));
    const tenants = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const { tenantId } = await storeTenant(store);
        await setTenant(tenantId, 'usageKey', `usage-${index}`);
        return tenantId;
      }),
    );
    const found = await Promise.all(tenants.map((tenantId) => facts.tenant(tenantId)));
    expect(found.map((one) => one?.usageKey)).toEqual(tenants.map((_, index) => `usage-${index}`));
  });

  test('of suspended workspaces name each of them', async () => {
    const { tenantId } = await storeTenant(store);
    await store.table.update(tenantKey(tenantId), {
      UpdateExpression: 'SET suspendedWorkspaces = :set',
      ExpressionAttributeValues: { ':set': { SS: ['w1', 'w2'] } },
    });
    const { facts } = watched(clientOf(store));
    expect((await facts.tenant(tenantId))?.suspendedWorkspaces).toEqual(new Set(['w1', 'w2']));
  });
});

test('of two keysets, the newer version stays published, whichever comes last', async () => {
  const control = new ControlStore(store.table);
  expect(await control.read()).toEqual({ version: 0, keys: [], revokedKids: new Set() });
  const keyOf = (kid: string) => ({ kid, use: 'token', algorithm: 'HS256' }) as const;
  await control.publish(2, [keyOf('two')]);
  await control.publish(1, [keyOf('one')]);
  expect(await control.read()).toMatchObject({ version: 2, keys: [keyOf('two')] });
  await control.publish(2, [keyOf('two'), keyOf('again')]);
  await control.publish(3, [keyOf('three')]);
  expect(await control.read()).toMatchObject({ version: 3, keys: [keyOf('three')] });
});
