import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY_ID } from '../../lambdas/kernel/attributes.ts';
import { keyRecordKey, keyRowKey, tenantKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, N, S } from '../../lambdas/kernel/items.ts';
import type { DynamoDbCalls, Operation } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { type ApiKey, RETENTION_SECONDS } from '../../lambdas/keys/api-key.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { DynamoKeyStore, newKeyItems } from '../../lambdas/keys/key-store.ts';
import type { KeySelection } from '../../lambdas/keys/keys.ts';
import { revokeKeys } from '../../lambdas/keys/revocation.ts';
import { engineClient } from '../support/dynamodb-engine.ts';
import {
  FOREVER,
  NOW,
  newIssue,
  ORIGIN,
  startStore,
  storeTenant,
  successor,
  type TestStore,
} from '../support/table.ts';
import { keyStoreContract } from './key-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

keyStoreContract(() => store);

const count = async (tenantId: string) => (await store.item(tenantKey(tenantId)))?.keyCount?.N;
const rotationTo = (key: string, replaces: Uint8Array, given: { expiresAt?: number } = {}) => ({
  replaces,
  hash: hashKey(key),
  expiresAt: FOREVER,
  previousExpiresAt: NOW + 60,
  ...given,
});

describe('creating keys', () => {
  test('what was created is found as it was', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey({
      name: 'Ключ 🔑',
      metadata: { team: 'data', empty: '' },
      scopes: ['delete', 'read'],
      environment: 'test',
      lifetimeSeconds: 100,
      expiresAt: NOW + 100,
    });
    expect(await store.keys.find(tenant.tenantId, apiKey.id)).toEqual(apiKey);
  });
});

describe('revoking', () => {
  test('frees the key’s place once, even when it is done and settled many times at once', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey();
    await tenant.createKey();
    expect(await count(tenant.tenantId)).toBe('3');
    await Promise.all([
      ...Array.from({ length: 5 }, () => store.keys.revoke(apiKey, ORIGIN, NOW)),
      ...Array.from({ length: 5 }, () => store.keys.settleRevoked(tenant.tenantId, apiKey.id, 'live')),
    ]);
    await store.keys.forget(tenant.tenantId, apiKey.id, 'live');
    await store.keys.forget(tenant.tenantId, apiKey.id, 'live');
    expect(await count(tenant.tenantId)).toBe('2');
  });

  test('keeps the record for as long as people ask why, and no longer', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey();
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    expect(await store.item(keyRecordKey(apiKey.locator))).toMatchObject({
      st: S('revoked'),
      ttl: N(NOW + RETENTION_SECONDS),
    });
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.state).toBe('revoked');
  });

  test('a second revocation changes nothing', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey();
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    const before = await store.item(keyRecordKey(apiKey.locator));
    await store.keys.revoke(apiKey, { actor: 'user:other', requestId: 'later' }, NOW + 1000);
    expect(await store.item(keyRecordKey(apiKey.locator))).toEqual(before);
  });
});

describe('changing', () => {
  test('writes what is given and leaves the rest', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey({ metadata: { a: '1' } });
    const change = {
      name: 'New',
      scopes: ['read'],
      state: 'disabled',
      lifetimeSeconds: 60,
      expiresAt: NOW + 60,
    } as const;
    expect(await store.keys.change(apiKey, change, ORIGIN, NOW)).toBe(true);
    expect(await store.keys.find(tenant.tenantId, apiKey.id)).toEqual({ ...apiKey, ...change });
    expect(await store.item(keyRecordKey(apiKey.locator))).toMatchObject({
      ttl: N(NOW + 60 + RETENTION_SECONDS),
      chg: { M: { actor: S(ORIGIN.actor), request_id: S(ORIGIN.requestId), what: S('disable') } },
      seq: N(2),
    });
  });

  test('an expiry that is taken away takes TTL away too', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey({ lifetimeSeconds: 60, expiresAt: NOW + 60 });
    await store.keys.change(apiKey, { lifetimeSeconds: null, expiresAt: FOREVER }, ORIGIN, NOW);
    expect((await store.item(keyRecordKey(apiKey.locator)))?.ttl).toBeUndefined();
    expect(await store.keys.find(tenant.tenantId, apiKey.id)).toMatchObject({
      expiresAt: FOREVER,
      lifetimeSeconds: null,
    });
  });

  test.each<[string, Parameters<TestStore['keys']['change']>[1]]>([
    ['enabling it', { state: 'active' }],
    ['an expiry', { expiresAt: FOREVER, lifetimeSeconds: null }],
    ['scopes', { scopes: ['admin'] }],
    ['addresses', { allowedBlocks: [] }],
  ])('%s never revives a revoked key, nor one that TTL has deleted', async (_name, change) => {
    const tenant = await storeTenant(store);
    const revoked = await tenant.createKey();
    await store.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    const before = await store.item(keyRecordKey(revoked.apiKey.locator));
    expect(await store.keys.change(revoked.apiKey, change, ORIGIN, NOW)).toBe(false);
    expect(await store.item(keyRecordKey(revoked.apiKey.locator))).toEqual(before);
    const deleted = await tenant.createKey();
    await store.table.delete(keyRecordKey(deleted.apiKey.locator));
    expect(await store.keys.change(deleted.apiKey, change, ORIGIN, NOW)).toBe(false);
    expect(await store.item(keyRecordKey(deleted.apiKey.locator))).toBeUndefined();
  });

  test('a name never brings back the row of a key that is gone: the caller is told so', async () => {
    const tenant = await storeTenant(store);
    const { apiKey } = await tenant.createKey();
    await store.table.delete(keyRecordKey(apiKey.locator));
    await store.keys.forget(tenant.tenantId, apiKey.id, 'live');
    expect(await store.keys.change(apiKey, { name: 'Late' }, ORIGIN, NOW)).toBe(false);
    expect(await store.item(keyRowKey(tenant.tenantId, apiKey.id))).toBeUndefined();
  });
});

describe('rotating', () => {
  test('a key that was revoked, disabled or deleted meanwhile is not rotated', async () => {
    const tenant = await storeTenant(store);
    for (const kill of [
      (key: ApiKey) => store.keys.revoke(key, ORIGIN, NOW),
      (key: ApiKey) => store.keys.change(key, { state: 'disabled' }, ORIGIN, NOW),
      (key: ApiKey) => store.table.delete(keyRecordKey(key.locator)),
    ]) {
      const { apiKey, hash } = await tenant.createKey();
      await kill(apiKey);
      const before = await store.item(keyRecordKey(apiKey.locator));
      expect(await store.keys.rotate(apiKey, rotationTo(successor(apiKey), hash), ORIGIN, NOW)).toBe(false);
      expect(await store.item(keyRecordKey(apiKey.locator))).toEqual(before);
    }
  });

  test('a key that never expires after its rotation is not left to TTL', async () => {
    const tenant = await storeTenant(store);
    const { apiKey, hash } = await tenant.createKey({ expiresAt: NOW + 60 });
    expect((await store.item(keyRecordKey(apiKey.locator)))?.ttl).toBeDefined();
    await store.keys.rotate(apiKey, rotationTo(successor(apiKey), hash), ORIGIN, NOW);
    expect((await store.item(keyRecordKey(apiKey.locator)))?.ttl).toBeUndefined();
  });

  test('an expiry after the rotation is what TTL goes by', async () => {
    const tenant = await storeTenant(store);
    const { apiKey, hash } = await tenant.createKey();
    const rotation = rotationTo(successor(apiKey), hash, { expiresAt: NOW + 500 });
    await store.keys.rotate(apiKey, rotation, ORIGIN, NOW);
    expect((await store.item(keyRecordKey(apiKey.locator)))?.ttl).toEqual(N(NOW + 500 + RETENTION_SECONDS));
    expect(await store.keys.find(tenant.tenantId, apiKey.id)).toMatchObject({
      expiresAt: NOW + 500,
      previousExpiresAt: NOW + 60,
    });
  });
});

/** All keys by pages, and how many each page has. */
const pages = async (
  tenantId: string,
  limit: number,
  { workspaceId, keys = store.keys }: { workspaceId?: string; keys?: DynamoKeyStore } = {},
) => {
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await keys.page(tenantId, limit, after, workspaceId);
    ids.push(...page.keys.map(({ id }) => id));
    sizes.push(page.keys.length);
    after = page.next;
  }
  return { ids, sizes };
};

describe('paging', () => {
  test('over 250 keys shows each once, oldest first, of all and of one workspace', async () => {
    const tenant = await storeTenant(store);
    const second = crypto.randomUUID();
    await store.put({ ...workspaceKey(tenant.tenantId, second), name: S('Second'), createdAt: N(NOW) });
    const created: ApiKey[] = [];
    for (let index = 0; index < 250; index += 1) {
      // Runs of both workspaces, longer and shorter than a page.
      const workspaceId = Math.floor(index / 40) % 2 === 0 ? tenant.workspaceId : second;
      created.push((await tenant.createKey({ workspaceId })).apiKey);
    }
    // Ids are in the order in which keys were made, but for those of one millisecond.
    created.sort((one, other) => (one.id < other.id ? -1 : 1));
    const first = tenant.account.key.key.id;
    const all = created.map(({ id }) => id).filter((id) => id !== first);
    for (const limit of [1, 50, 100, 125]) {
      const { ids } = await pages(tenant.tenantId, limit);
      expect(ids.filter((id) => id !== first)).toEqual(all);
      expect(ids).toHaveLength(251);
    }
    for (const workspaceId of [tenant.workspaceId, second]) {
      const wanted = created.filter((key) => key.workspaceId === workspaceId).map(({ id }) => id);
      const { ids, sizes } = await pages(tenant.tenantId, 30, { workspaceId });
      expect(ids.filter((id) => id !== first)).toEqual(wanted);
      expect(Math.max(...sizes)).toBe(30);
    }
  });

  test('leaves out keys whose record TTL has deleted, without a gap in the page', async () => {
    const tenant = await storeTenant(store);
    const created: ApiKey[] = [];
    for (let index = 0; index < 10; index += 1) created.push((await tenant.createKey()).apiKey);
    for (const { locator } of created.slice(0, 5)) await store.table.delete(keyRecordKey(locator));
    const page = await store.keys.page(tenant.tenantId, 5);
    expect(page.keys).toHaveLength(5);
    expect((await pages(tenant.tenantId, 3)).ids).toHaveLength(6);
  });
});

describe('among very many keys', () => {
  /** A key store that counts its queries, their rows and its reads, and a client that writes many items. */
  const counting = () => {
    const client = engineClient(store.engine.endpoint);
    const counts: Partial<Record<Operation | 'rows', number>> = {};
    const counted: DynamoDbCalls = {
      async call<Output extends object>(operation: Operation, input: object) {
        counts[operation] = (counts[operation] ?? 0) + 1;
        const output = await client.call<Output & { readonly Items?: readonly Item[] }>(operation, input);
        counts.rows = (counts.rows ?? 0) + (output.Items?.length ?? 0);
        return output;
      },
    };
    const keys = new DynamoKeyStore(new Table(store.table.name, counted));
    const take = (operation: Operation | 'rows') => {
      const taken = counts[operation] ?? 0;
      counts[operation] = 0;
      return taken;
    };
    const write = async (items: readonly Item[]) => {
      for (let start = 0; start < items.length; start += 25) {
        const some = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
        await client.call('BatchWriteItem', { RequestItems: { [store.table.name]: some } });
      }
    };
    return { keys, take, write };
  };
  const itemsOf = (key: Partial<ApiKey>) =>
    newKeyItems(newIssue(key).issue, ORIGIN).flatMap((write) => ('Put' in write ? [write.Put.Item] : []));

  test.each([1, 20, 100])(
    'pages of %i of a workspace that has them all show each once, and read each row once',
    async (limit) => {
      const { tenantId, workspaceId } = await storeTenant(store);
      const { keys, take, write } = counting();
      const size = limit * 3 + 1;
      const ids = Array.from({ length: size }, (_, index) => `key_${String(index).padStart(32, '0')}`);
      await write(ids.flatMap((id) => itemsOf({ tenantId, workspaceId, id })));
      const { ids: shown } = await pages(tenantId, limit, { workspaceId, keys });
      expect(shown.slice(0, size)).toEqual(ids);
      // The tenant was made with a key, which has a later id.
      expect(shown).toHaveLength(size + 1);
      expect(take('rows')).toBe(size + 1);
    },
  );

  test('pages of any size of a workspace with few of them show each once, in order', async () => {
    const { tenantId, workspaceId } = await storeTenant(store);
    const small = crypto.randomUUID();
    const { keys, write } = counting();
    // Single ones, and runs of them that are longer than a page.
    const isSmall = (index: number) => index % 9 === 4 || index % 400 > 360;
    const items = Array.from({ length: 1_300 }, (_, index) => {
      const id = `key_${String(index).padStart(32, '0')}`;
      const both = itemsOf({ tenantId, workspaceId: isSmall(index) ? small : workspaceId, id });
      return isSmall(index) ? both : both.slice(1);
    });
    await write(items.flat());
    const wanted = items.flatMap(([item], index) => (isSmall(index) ? [item?.[KEY_ID]?.S] : []));
    for (const limit of [1, 20, 100]) {
      const { ids } = await pages(tenantId, limit, { workspaceId: small, keys });
      expect(ids, `pages of ${limit}`).toEqual(wanted);
    }
  });

  test('a page of a workspace with few of them reads ever more rows at a time, up to a thousand', async () => {
    const { tenantId, workspaceId } = await storeTenant(store);
    const small = crypto.randomUUID();
    const { keys, take, write } = counting();
    const rows = Array.from({ length: 1_600 }, (_, index) => {
      const isSmall = index % 70 === 1;
      const id = `key_${String(index).padStart(32, '0')}`;
      const both = itemsOf({ tenantId, workspaceId: isSmall ? small : workspaceId, id });
      return isSmall ? both : both.slice(1);
    });
    await write(rows.flat());

    const all = await keys.page(tenantId, 50, undefined, small);
    expect([take('Query'), take('rows')]).toEqual([4, 1_601]);
    expect(all.keys).toHaveLength(23);
    expect(all.next).toBeNull();
    // A small page ends where it is full, and the next one begins there.
    const five = await keys.page(tenantId, 5, undefined, small);
    expect([take('Query'), take('rows')]).toEqual([3, 365]);
    expect(five).toEqual({ keys: all.keys.slice(0, 5), next: all.keys[4]?.id });
    const others = await keys.page(tenantId, 50, five.next ?? undefined, small);
    expect(others).toEqual({ keys: all.keys.slice(5), next: null });

    take('Query');
    const none = await keys.page(tenantId, 50, undefined, crypto.randomUUID());
    expect(none).toEqual({ keys: [], next: null });
    expect(take('Query')).toBe(4);
  });

  test('a page ends after ten queries, short and with a cursor behind what was read', async () => {
    const { tenantId, workspaceId } = await storeTenant(store);
    const last = crypto.randomUUID();
    const { keys, take, write } = counting();
    // A query reads 1 MB: ten such rows.
    const rows = Array.from({ length: 150 }, () =>
      itemsOf({ tenantId, workspaceId, name: 'x'.repeat(100_000) }).slice(1),
    );
    // Ids of the same millisecond are in no order.
    const id = `key_${'f'.repeat(32)}`;
    await write([...rows.flat(), ...itemsOf({ tenantId, workspaceId: last, id })]);
    const short = await keys.page(tenantId, 50, undefined, last);
    expect(take('Query')).toBe(10);
    expect(short.keys).toEqual([]);
    const rest = await keys.page(tenantId, 50, short.next ?? undefined, last);
    expect(take('Query')).toBeLessThan(10);
    expect(rest.keys.map((key) => key.workspaceId)).toEqual([last]);
    expect(rest.next).toBeNull();
  });

  test('a revocation that has little time gets past revoked keys, comes to an end and spares others', async () => {
    const { tenantId, workspaceId } = await storeTenant(store);
    const closing = crypto.randomUUID();
    const { keys, take, write } = counting();
    // Ids of the same millisecond are in no order: these are.
    const inOrder = (index: number) => `key_${String(index).padStart(32, '0')}`;
    const revokedBefore = Array.from({ length: 1_050 }, (_, index) => {
      const [record, row] = itemsOf({ tenantId, workspaceId: closing, id: inOrder(index) });
      return [
        { ...record, st: S('revoked'), ttl: N(NOW + RETENTION_SECONDS) },
        { ...row, freed: { BOOL: true } },
      ];
    });
    await write([
      ...revokedBefore.flat(),
      ...Array.from({ length: 250 }, (_, index) =>
        itemsOf({ tenantId, workspaceId: closing, id: inOrder(2_000 + index) }),
      ).flat(),
      ...itemsOf({ tenantId, workspaceId, createdBy: 'user:other' }),
      { ...workspaceKey(tenantId, closing), name: S('Closing'), createdAt: N(NOW), keyCount: N(250) },
    ]);
    await store.table.update(tenantKey(tenantId), {
      UpdateExpression: 'ADD keyCount :more',
      ExpressionAttributeValues: { ':more': N(251) },
    });
    const revoke = (selection: KeySelection, steps: number) => {
      let step = 0;
      const hasTimeLeft = () => (step += 1) <= steps;
      return revokeKeys({ tenantId, selection, origin: ORIGIN, hasTimeLeft }, { keys, clock: () => NOW });
    };
    const ofClosing = { workspaceId: closing };
    expect(await revoke(ofClosing, 0)).toEqual({ revoked: 0, complete: false });
    expect(await revoke(ofClosing, 3)).toEqual({ revoked: 200, complete: false });
    expect(await revoke(ofClosing, 3)).toEqual({ revoked: 50, complete: true });
    expect((await store.item(workspaceKey(tenantId, closing)))?.keyCount).toEqual(N(0));
    expect(await count(tenantId)).toBe('2');

    // Once more: revoked keys are passed by their rows alone.
    take('Query');
    take('BatchGetItem');
    expect(await revoke(ofClosing, 3)).toEqual({ revoked: 0, complete: true });
    expect([take('Query'), take('BatchGetItem')]).toEqual([2, 0]);

    expect(await revoke({ createdBy: 'user:other' }, 3)).toEqual({ revoked: 1, complete: true });
    expect(await revoke({ workspaceId, createdBefore: NOW }, 3)).toEqual({ revoked: 0, complete: true });
    expect(await count(tenantId)).toBe('1');
  });
});
