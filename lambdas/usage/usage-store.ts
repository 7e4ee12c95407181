import type { DecisionSettings } from '../contract/deployment.ts';
import * as attribute from '../kernel/attributes.ts';
import { keyUsageKey, tenantKey, tenantUsageKey } from '../kernel/item-keys.ts';
import { type Item, type ItemKey, N, number } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { windowOf } from '../plans/allowance.ts';
import { keyRequestsPerMinute } from '../plans/tiers.ts';
import {
  COUNTED,
  type Counted,
  dayOf,
  KEPT_USAGE_DAYS,
  type KeyUse,
  USAGE_MINUTES,
  type Usage,
  type UsageReader,
  uncounted,
} from './usage.ts';

/** The configuration's limits of a key. */
type Limits = Pick<DecisionSettings, 'tiers' | 'initialTier' | 'sandbox'>;

/** Keys of one transaction: each has a row, and their tenant one, of the 100 writes that there may be. */
const KEYS_AT_ONCE = 98;

/** How often rows that another has written meanwhile are read anew. */
const ATTEMPTS = 5;

/** Seconds for which a tenant's row outlives its last use: all its days have gone by then. */
const TENANT_ROW_SECONDS = 100 * 86_400;

/**
 * A count's attribute is a letter and its day: `l20778`. Names are short so that the row of a key with all its days
 * stays below 1 KB, which is one unit to write (DynamoDB, "Item sizes and formats").
 */
const LETTERS: Readonly<Record<Counted, string>> = {
  live: 'l',
  test: 't',
  limit: 'o',
  scope: 's',
  person: 'p',
  address: 'a',
  disabled: 'd',
  revoked: 'r',
  expired: 'x',
  minute: 'm',
};
const COUNTED_BY_LETTER: ReadonlyMap<string, Counted> = new Map(
  COUNTED.map((counted) => [LETTERS[counted], counted]),
);
const COUNT = /^([a-z])(\d+)$/;

/**
 * How much tenants and keys have used, by day. A key's row has `n` and `r`, the uses and the refusals that have been
 * counted, and is written together with its tenant's row, if they are still what was read: so each is counted once in
 * both, however often and in however many hands the stream brings it. A key's row lives as long as the key.
 */
export class DynamoUsageStore implements UsageReader {
  readonly #table: Table;

  readonly #limits: Limits;

  constructor(table: Table, limits: Limits) {
    this.#table = table;
    this.#limits = limits;
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
        tenantKey(tenantId),
        ...keys.map(([keyId]) => keyUsageKey(tenantId, keyId)),
      ]);
      const writes = writesOf({ tenantId, keys, rows, limits: this.#limits, now });
      if (writes.length === 0 || (await isCommitted(this.#table.transact(writes)))) return;
    }
    throw new Problem('unavailable', { cause: 'Other writers came first each time.' });
  }
}

/** Writes that count what is above the rows' marks; none when nothing is. */
function writesOf({
  tenantId,
  keys,
  rows,
  limits,
  now,
}: {
  readonly tenantId: string;
  readonly keys: readonly (readonly [string, readonly KeyUse[]])[];
  readonly rows: readonly Item[];
  readonly limits: Limits;
  readonly now: number;
}): TransactionWrite[] {
  const rowOf = ({ SK }: ItemKey) => rows.find((row) => row.SK?.S === SK.S);
  const tier = rowOf(tenantKey(tenantId))?.[attribute.TIER]?.S;
  const total = new Map<string, number>();
  const writes = keys.flatMap(([keyId, uses]): TransactionWrite[] => {
    const Key = keyUsageKey(tenantId, keyId);
    const row = rowOf(Key);
    const before = { uses: number(row ?? {}, 'n'), refusals: number(row ?? {}, 'r') };
    const [{ environment } = { environment: 'live' as const }] = uses;
    const next = uncounted(before, uses, keyRequestsPerMinute(environment, tier, limits));
    if (next.counts.size === 0) return [];
    const added = new Map<string, number>();
    for (const [counted, counts] of next.counts) {
      for (const [at, requests] of counts) {
        const name = `${LETTERS[counted]}${at}`;
        total.set(name, (total.get(name) ?? 0) + requests);
        if (counted !== 'minute') added.set(name, requests);
      }
    }
    const { ADD, REMOVE, values } = daysUpdate(row, added, now);
    const isAsRead = (['n', 'r'] as const).map((mark) =>
      row?.[mark] === undefined ? `attribute_not_exists(${mark})` : `${mark} = :${mark}Before`,
    );
    return [
      {
        Update: {
          Key,
          UpdateExpression: `SET n = :n, r = :r ADD ${ADD}${REMOVE}`,
          ConditionExpression: isAsRead.join(' AND '),
          ExpressionAttributeValues: {
            ...values,
            ':n': N(next.uses),
            ':r': N(next.refusals),
            ...(row?.n && { ':nBefore': row.n }),
            ...(row?.r && { ':rBefore': row.r }),
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

/** The expression that counts, and drops days and minutes of a row that nobody looks up any more. */
function daysUpdate(row: Item | undefined, added: ReadonlyMap<string, number>, now: number) {
  const oldestDay = dayOf(now) - KEPT_USAGE_DAYS;
  const oldestMinute = windowOf(now) - USAGE_MINUTES;
  const stale = Object.keys(row ?? {}).filter((name) => {
    const [, letter, at] = COUNT.exec(name) ?? [];
    const oldest = letter === LETTERS.minute ? oldestMinute : oldestDay;
    return !added.has(name) && Number(at ?? oldest) < oldest;
  });
  return {
    ADD: [...added.keys()].map((name) => `${name} :${name}`).join(', '),
    REMOVE: stale.length === 0 ? '' : ` REMOVE ${stale.join(', ')}`,
    values: Object.fromEntries([...added].map(([name, requests]) => [`:${name}`, N(requests)])),
  };
}

function usage(item: Item = {}): Usage {
  const counts = Object.fromEntries(COUNTED.map((counted) => [counted, new Map<number, number>()])) as Record<
    Counted,
    Map<number, number>
  >;
  for (const name of Object.keys(item)) {
    const [, letter = '', at] = COUNT.exec(name) ?? [];
    const counted = COUNTED_BY_LETTER.get(letter);
    if (counted !== undefined) counts[counted].set(Number(at), number(item, name));
  }
  return counts;
}
