import { expect, test } from 'vitest';
import { keyRecordKey, keyRowKey } from '../../lambdas/kernel/item-keys.ts';
import type { Item, ItemKey } from '../../lambdas/kernel/items.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import { API_KEY } from '../../lambdas/keys/api-key.ts';
import { KeyList } from '../../lambdas/keys/key-list-store.ts';
import { newIssue } from '../support/tenants.ts';

/** A table of these items, as far as a list of keys reads one. */
function tableOf(items: readonly Item[]): Table {
  const nameOf = ({ PK, SK }: Item | ItemKey) => `${PK?.S} ${SK?.S}`;
  const found = new Map(items.map((item) => [nameOf(item), item]));
  const table: Pick<Table, 'get' | 'getAll' | 'query'> = {
    get: async (key) => found.get(nameOf(key)),
    getAll: async (keys) => {
      // As BatchGetItem, which refuses a key that comes twice.
      expect(new Set(keys.map(nameOf)).size).toBe(keys.length);
      return keys.map((key) => found.get(nameOf(key))).filter((item) => item !== undefined);
    },
    query: async (partition) => ({ items: items.filter(({ PK }) => PK?.S === partition), more: false }),
  };
  return table as Table;
}

/** The record and the row of a key. */
const itemsOf = (tenantId: string, locator: string, id: string): readonly [Item, Item] => {
  const { key } = newIssue().issue;
  const given = { ...key, tenantId, id, locator };
  return [
    { ...keyRecordKey(locator), ...API_KEY.item('record', given) },
    { ...keyRowKey(tenantId, id), ...API_KEY.item('row', given) },
  ];
};

test('a row whose locator has passed to another key is of no key: nobody sees or changes that one', async () => {
  const [, left] = itemsOf('ada', 'AAAAAAAAAAAA', 'key_ada');
  const bens = itemsOf('ben', 'AAAAAAAAAAAA', 'key_ben');
  const list = new KeyList(tableOf([left, ...bens]));
  expect(await list.find('ben', 'key_ben')).toMatchObject({ id: 'key_ben', tenantId: 'ben' });
  expect(await list.find('ada', 'key_ada')).toBeUndefined();
  expect(await list.page('ada', 10)).toEqual({ keys: [], next: null });
  for await (const keys of list.unrevoked('ada', {})) expect(keys).toEqual([]);
  // Of one tenant, too: of two rows the record is one's.
  const [, old] = itemsOf('ben', 'AAAAAAAAAAAA', 'key_old');
  const both = new KeyList(tableOf([old, ...bens]));
  expect(await both.find('ben', 'key_old')).toBeUndefined();
  expect((await both.page('ben', 10)).keys.map(({ id }) => id)).toEqual(['key_ben']);
});
