import { isDeepStrictEqual } from 'node:util';
import { ENVIRONMENT, KEY_ID, STATE, TENANT, WORKSPACE } from '../../lambdas/kernel/attributes.ts';
import {
  auditHeadKey,
  CENSUS_KEY,
  keyRowKey,
  tenantKey,
  usageKeyRowKey,
  workspaceKey,
} from '../../lambdas/kernel/item-keys.ts';
import { type Item, type ItemKey, keyOf, N, number, text } from '../../lambdas/kernel/items.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import { placeOf } from '../../lambdas/keys/key-places-store.ts';
import { isOneUse } from '../../lambdas/ledger/one-use.ts';
import { countOf } from '../../lambdas/people/role-count-store.ts';
import { CENSUS } from '../../lambdas/status/census.ts';
import { censusChange } from '../../lambdas/status/census-store.ts';
import { nameOf } from './replay.ts';

/** Beyond every generation that the reconciler can have made meanwhile: no value of a usage key comes twice. */
const GENERATIONS_BEYOND = 1_000;

/** The attributes of a tenant that count its keys. */
const KEY_COUNTERS = ['keyCount', 'testKeyCount', 'importedCount'] as const;

export interface Rebuilt {
  /** Items with a counter or a number that was not what the table has. */
  counters: number;
  /** Trails whose last number was not that of their last row. */
  audit_heads: number;
  /** Refresh tokens, codes and sign-ins, which may have been used since. */
  one_use_removed: number;
  /** Tenants that are back on the shared usage key, until the reconciler has made them another of their own. */
  usage_keys_reset: number;
}

/**
 * Brings what a restored table counts in line with what it has, and takes out of it what may have been used since. A
 * restore is of each item by itself: two items of one transaction may be from before and after it. Not for a table that
 * serves. `old` is the table before, where it is still there: what stands there as it stands here has not been used.
 */
export async function rebuild(table: Table, old: Table | undefined): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { counters: 0, audit_heads: 0, one_use_removed: 0, usage_keys_reset: 0 };
  const counts = new Counts();
  const counted: Item[] = [];
  const heads = new Map<string, number>();
  for await (const items of table.scanPages({ ConsistentRead: true })) {
    for (const item of items) {
      counts.add(item);
      if (isCounted(item)) counted.push(item);
      if (item.SK?.S === 'AUDITHEAD') heads.set(tenantOf(item), number(item, 'n'));
    }
    const spent = items.filter(({ PK }) => isOneUse(PK?.S ?? ''));
    for (const item of await changedSince(spent, old)) {
      await table.delete(keyOf(item));
      rebuilt.one_use_removed += 1;
    }
  }
  for (const item of counted) {
    const wanted = counts.of(item);
    const wrong = Object.entries(wanted).filter(([name, count]) => number(item, name) !== count);
    if (wrong.length > 0) {
      await setNumbers(table, keyOf(item), Object.fromEntries(wrong));
      rebuilt.counters += 1;
    }
  }
  for (const [tenantId, last] of counts.lastRows) {
    if (heads.get(tenantId) === last) continue;
    await setNumbers(table, auditHeadKey(tenantId), { n: last });
    rebuilt.audit_heads += 1;
  }
  for (const row of counts.unfreed()) {
    await table.updateIf(row, {
      UpdateExpression: 'SET freed = :true',
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    });
  }
  rebuilt.usage_keys_reset = await resetUsageKeys(
    counted.filter(({ SK }) => SK?.S === 'TENANT'),
    table,
    old,
  );
  await setNumbers(table, CENSUS_KEY, counts.census);
  return rebuilt;
}

function isCounted({ SK }: Item): boolean {
  return SK?.S === 'TENANT' || (SK?.S?.startsWith('WORKSPACE#') ?? false);
}

function tenantOf(item: Item): string {
  return text(item, 'PK').slice('TENANT#'.length);
}

/** What a table has, counted as its writers do. */
class Counts {
  readonly census = Object.fromEntries(CENSUS.map((name) => [name, 0]));
  /** The number of the last row of each tenant's trail. */
  readonly lastRows = new Map<string, number>();
  /** The rows of revoked keys, and by their names those that say that their place is given back. */
  readonly #revoked: ItemKey[] = [];
  readonly #freed = new Set<string>();
  readonly #counters = new Map<string, Record<string, number>>();

  add(item: Item): void {
    const sort = item.SK?.S ?? '';
    for (const [name, count] of Object.entries(censusChange(undefined, item)))
      this.census[name] = (this.census[name] ?? 0) + count;
    if (sort.startsWith('AUDIT#')) {
      const tenantId = tenantOf(item);
      this.lastRows.set(tenantId, Math.max(this.lastRows.get(tenantId) ?? 0, number(item, 'seq')));
    }
    if (sort.startsWith('USER#') && item.PK?.S?.startsWith('TENANT#')) {
      this.#count(tenantKey(tenantOf(item)), 'userCount');
      this.#count(tenantKey(tenantOf(item)), countOf(text(item, 'role')));
    }
    if (sort === 'KEY') this.#addKey(item);
    if (item.freed?.BOOL === true) this.#freed.add(nameOf(item));
  }

  #addKey(item: Item): void {
    const tenantId = text(item, TENANT);
    if (item[STATE]?.S === 'revoked') {
      this.#revoked.push(keyRowKey(tenantId, text(item, KEY_ID)));
      return;
    }
    const locator = text(item, 'PK').slice('KEY#'.length);
    const environment = text(item, ENVIRONMENT) === 'test' ? 'test' : 'live';
    this.#count(tenantKey(tenantId), placeOf({ locator, environment }));
    this.#count(workspaceKey(tenantId, text(item, WORKSPACE)), 'keyCount');
  }

  /** Rows of revoked keys that do not say yet that their place is given back. */
  unfreed(): ItemKey[] {
    return this.#revoked.filter((row) => !this.#freed.has(nameOf(row)));
  }

  /** The counters of an item as they should be. */
  of(item: Item): Record<string, number> {
    const counters = this.#counters.get(nameOf(item)) ?? {};
    if (item.SK?.S !== 'TENANT') return { keyCount: counters.keyCount ?? 0 };
    const roles = Object.keys(item).filter((name) => name === 'adminCount' || name.startsWith('people:'));
    const names = new Set([...Object.keys(counters), ...roles, 'userCount', ...KEY_COUNTERS]);
    return Object.fromEntries([...names].map((name) => [name, counters[name] ?? 0]));
  }

  #count(key: ItemKey, counter: string): void {
    const counters = this.#counters.get(nameOf(key)) ?? {};
    counters[counter] = (counters[counter] ?? 0) + 1;
    this.#counters.set(nameOf(key), counters);
  }
}

/** Those of some items that the table before does not have as they are. */
async function changedSince(items: readonly Item[], old: Table | undefined): Promise<readonly Item[]> {
  if (old === undefined || items.length === 0) return items;
  const keys = items.map(keyOf);
  const before = new Map((await old.getAll(keys)).map((item) => [nameOf(item), item]));
  return items.filter((item) => !isDeepStrictEqual(item, before.get(nameOf(item))));
}

/**
 * Puts tenants back on their tier's shared key whose own usage key may be another by now: one that the reconciler has
 * deleted since would have all their calls refused. It makes them another, of a generation that was never used.
 */
async function resetUsageKeys(
  tenants: readonly Item[],
  table: Table,
  old: Table | undefined,
): Promise<number> {
  const before = new Map((await old?.getAll(tenants.map(keyOf)))?.map((item) => [nameOf(item), item]));
  let reset = 0;
  for (const tenant of tenants) {
    const now = before.get(nameOf(tenant));
    const isSame = (['usageKey', 'usageGeneration', 'tier'] as const).every(
      (name) => now !== undefined && JSON.stringify(now[name]) === JSON.stringify(tenant[name]),
    );
    if (isSame) continue;
    const generation =
      Math.max(number(tenant, 'usageGeneration'), number(now ?? {}, 'usageGeneration')) + GENERATIONS_BEYOND;
    await table.update(keyOf(tenant), {
      UpdateExpression: 'SET usageGeneration = :generation REMOVE usageKey',
      ExpressionAttributeValues: { ':generation': N(generation) },
    });
    await table.updateIf(usageKeyRowKey(tenantOf(tenant)), {
      UpdateExpression: 'SET generation = :generation REMOVE warmingSince, pointed',
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':generation': N(generation) },
    });
    reset += 1;
  }
  return reset;
}

async function setNumbers(
  table: Table,
  key: ItemKey,
  numbers: Readonly<Record<string, number>>,
): Promise<void> {
  const entries = Object.entries(numbers);
  await table.update(key, {
    UpdateExpression: `SET ${entries.map((_, index) => `#n${index} = :n${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      entries.map(([, value], index) => [`:n${index}`, N(value)]),
    ),
  });
}
