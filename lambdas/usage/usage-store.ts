import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';
import { keyUsageKey, tenantUsageKey } from '../kernel/item-keys.ts';
import { type Item, type ItemKey, N, number } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { dayOf, KEPT_USAGE_DAYS, type KeyUse, type Usage, type UsageReader, uncounted } from './usage.ts';

/** Keys of one transaction: each has a row, and their tenant one, of the 100 writes that there may be. */
const KEYS_AT_ONCE = 99;

/** How often rows that another has written meanwhile are read anew. */
const ATTEMPTS = 5;

/** Seconds for which a tenant's row outlives its last use: all its days have gone by then. */
const TENANT_ROW_SECONDS = 100 * 86_400;

/**
 * A count's attribute is its environment's letter and its day: `l20778`. Names are short so that the row of a key
 * with all its days stays below 1 KB, which is one unit to write (DynamoDB, "Item sizes and formats").
 */
const LETTERS: Readonly<Record<Environment, string>> = { live: 'l', test: 't' };
const COUNT = /^[lt](\d+)$/;

/**
 * How much tenants and keys have used, by day. A key's row has `n`, the uses that have been counted, and is written
 * together with its tenant's row, if `n` is still what was read: so each use is counted once in both, however often
 * and in however many hands the stream brings it. A key's row lives as long as the key.
 */
export class DynamoUsageStore implements UsageReader {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async ofTenant(tenantId: string): Promise<Usage> {
    return usage(await this.#table.get(tenantUsageKey(tenantId)));
  }

  async ofKey(tenantId: string, keyId: string): Promise<Usage> {
    return usage(await this.#table.get(keyUsageKey(tenantId, keyId)));
  }

  async ofKeys(tenantId: string, keyIds: readonly string[]): Promise<readonly Usage[]> {
    const keys = keyIds.map((keyId) => keyUsageKey(tenantId, keyId));
    const rows = new Map((await this.#table.getAll(keys)).map((row) => [row.SK?.S, row]));
    return keys.map(({ SK }) => usage(rows.get(SK.S)));
  }

  /** Counts uses of keys of one tenant that have not been counted. `now` says which days are too old to keep. */
  async count(tenantId: string, uses: readonly KeyUse[], now: number): Promise<void> {
    const keys = [...Map.groupBy(uses, ({ keyId }) => keyId)];
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      await this.#countAtOnce(tenantId, keys.slice(start, start + KEYS_AT_ONCE), now);
    }
  }

  async #countAtOnce(
    tenantId: string,
    keys: readonly (readonly [string, readonly KeyUse[]])[],
    now: number,
  ): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const rows = await this.#table.getAll([
        tenantUsageKey(tenantId),
        ...keys.map(([keyId]) => keyUsageKey(tenantId, keyId)),
      ]);
      const writes = writesOf(tenantId, keys, rows, now);
      if (writes.length === 0 || (await isCommitted(this.#table.transact(writes)))) return;
    }
    throw new Problem('unavailable', { cause: 'Other writers came first each time.' });
  }
}

/** Writes that count what is above the rows' marks; none when nothing is. */
function writesOf(
  tenantId: string,
  keys: readonly (readonly [string, readonly KeyUse[]])[],
  rows: readonly Item[],
  now: number,
): TransactionWrite[] {
  const rowOf = ({ SK }: ItemKey) => rows.find((row) => row.SK?.S === SK.S);
  const total = new Map<string, number>();
  const writes = keys.flatMap(([keyId, uses]): TransactionWrite[] => {
    const Key = keyUsageKey(tenantId, keyId);
    const row = rowOf(Key);
    const before = row === undefined ? 0 : number(row, 'n');
    const { counted, days } = uncounted(before, uses);
    const [{ environment } = { environment: 'live' as const }] = uses;
    if (counted === before) return [];
    const added = new Map([...days].map(([day, requests]) => [`${LETTERS[environment]}${day}`, requests]));
    for (const [name, requests] of added) total.set(name, (total.get(name) ?? 0) + requests);
    const { ADD, REMOVE, values } = daysUpdate(row, added, now);
    return [
      {
        Update: {
          Key,
          UpdateExpression: `SET n = :counted ADD ${ADD}${REMOVE}`,
          ConditionExpression: row === undefined ? 'attribute_not_exists(PK)' : 'n = :before',
          ExpressionAttributeValues: {
            ...values,
            ':counted': N(counted),
            ...(row === undefined ? {} : { ':before': N(before) }),
          },
        },
      },
    ];
  });
  if (writes.length === 0) return [];
  const Key = tenantUsageKey(tenantId);
  const { ADD, REMOVE, values } = daysUpdate(rowOf(Key), total, now);
  return [
    ...writes,
    {
      Update: {
        Key,
        UpdateExpression: `SET #ttl = :ttl ADD ${ADD}${REMOVE}`,
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ...values, ':ttl': N(now + TENANT_ROW_SECONDS) },
      },
    },
  ];
}

/** The expression that counts and drops days of a row. */
function daysUpdate(row: Item | undefined, added: ReadonlyMap<string, number>, now: number) {
  const oldest = dayOf(now) - KEPT_USAGE_DAYS;
  const stale = Object.keys(row ?? {}).filter(
    (name) => !added.has(name) && Number(COUNT.exec(name)?.[1] ?? oldest) < oldest,
  );
  return {
    ADD: [...added.keys()].map((name) => `${name} :${name}`).join(', '),
    REMOVE: stale.length === 0 ? '' : ` REMOVE ${stale.join(', ')}`,
    values: Object.fromEntries([...added].map(([name, requests]) => [`:${name}`, N(requests)])),
  };
}

function usage(item: Item = {}): Usage {
  const countsOf = (environment: Environment) =>
    new Map(
      Object.keys(item)
        .filter((name) => COUNT.test(name) && name.startsWith(LETTERS[environment]))
        .map((name) => [Number(name.slice(1)), number(item, name)]),
    );
  return Object.fromEntries(
    ENVIRONMENTS.map((environment) => [environment, countsOf(environment)]),
  ) as unknown as Usage;
}
