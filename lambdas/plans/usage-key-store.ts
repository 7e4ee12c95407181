import { RECONCILER_KEY, tenantKey, USAGE_KEYS, usageKeyRowKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import type { UsageKeyRow } from './usage-keys.ts';

const ROWS_A_PAGE = 1_000;
const PREFIX = 'TENANT#';

/** A page of rows, and where the next begins. */
export interface RowPage {
  readonly rows: readonly UsageKeyRow[];
  /** The tenant after whom the next page begins; undefined after the last. */
  readonly next?: string;
}

/** A tenant's own usage key: which it is to have, how far that has come, and who sees to it. */
export class DynamoUsageKeyStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Puts a tenant on the list of those that are to have a key, unless it is there, is gone, or may yet not stay. */
  async register(tenantId: string, now: number): Promise<void> {
    const tenant = await this.#table.get(tenantKey(tenantId));
    if (tenant === undefined || tenant.heldUntil !== undefined || tenant.state?.S === 'closed') return;
    await this.#table.updateIf(usageKeyRowKey(tenantId), {
      UpdateExpression: 'SET tier = :tier, generation = :generation, since = :now',
      ConditionExpression: 'attribute_not_exists(PK)',
      ExpressionAttributeValues: {
        ':tier': S(text(tenant, 'tier')),
        ':generation': N(number(tenant, 'usageGeneration')),
        ':now': N(now),
      },
    });
  }

  /** Notes that a tenant is gone: its keys go, and then its row. */
  async release(tenantId: string, now: number): Promise<void> {
    await this.#table.updateIf(usageKeyRowKey(tenantId), {
      UpdateExpression: 'SET since = :now REMOVE tier',
      ConditionExpression: 'attribute_exists(tier)',
      ExpressionAttributeValues: { ':now': N(now) },
    });
  }

  /** The tenants' rows, oldest tenant first, as ids begin with the time. */
  async rows(after?: string): Promise<RowPage> {
    const start = after === undefined ? undefined : `${PREFIX}${after}`;
    const { items, more } = await this.#table.query(USAGE_KEYS, PREFIX, ROWS_A_PAGE, start);
    const rows = items.map(storedRow);
    const last = rows.at(-1)?.tenantId;
    return { rows, ...(more && last !== undefined ? { next: last } : {}) };
  }

  /** Notes that the key is in its plan. Whether the row still wants that key. */
  warm({ tenantId, generation }: UsageKeyRow, now: number): Promise<boolean> {
    return this.#table.updateIf(usageKeyRowKey(tenantId), {
      UpdateExpression: 'SET warmingSince = if_not_exists(warmingSince, :now)',
      ConditionExpression: 'attribute_exists(tier) AND generation = :generation',
      ExpressionAttributeValues: { ':now': N(now), ':generation': N(generation) },
    });
  }

  /** Points a tenant at its key: one conditional write on its item, and then the note of it. Whether it was still wanted. */
  async point({ tenantId, tier, generation }: UsageKeyRow, value: string): Promise<boolean> {
    const pointed = await this.#table.updateIf(tenantKey(tenantId), {
      UpdateExpression: 'SET usageKey = :value',
      ConditionExpression: `tier = :tier AND ${ofGeneration(generation)}`,
      ExpressionAttributeValues: { ':value': S(value), ':tier': S(tier ?? ''), ':generation': N(generation) },
    });
    if (!pointed) return false;
    return this.#table.updateIf(usageKeyRowKey(tenantId), {
      UpdateExpression: 'SET pointed = :yes',
      ConditionExpression: 'attribute_exists(tier) AND generation = :generation',
      ExpressionAttributeValues: { ':yes': { BOOL: true }, ':generation': N(generation) },
    });
  }

  /** Puts a tenant back on its tier's shared key, to be given another. Whether its row still said so. */
  replace({ tenantId, tier, generation }: UsageKeyRow, now: number): Promise<boolean> {
    const values = { ':generation': N(generation), ':next': N(generation + 1) };
    const writes: readonly TransactionWrite[] = [
      {
        Update: {
          Key: tenantKey(tenantId),
          UpdateExpression: 'SET usageGeneration = :next REMOVE usageKey',
          ConditionExpression: `attribute_exists(PK) AND ${ofGeneration(generation)}`,
          ExpressionAttributeValues: values,
        },
      },
      {
        Update: {
          Key: usageKeyRowKey(tenantId),
          UpdateExpression: 'SET generation = :next, since = :now REMOVE warmingSince, pointed',
          ConditionExpression: 'tier = :tier AND generation = :generation',
          ExpressionAttributeValues: { ...values, ':now': N(now), ':tier': S(tier ?? '') },
        },
      },
    ];
    return isCommitted(this.#table.transact(writes));
  }

  /** The usage key that authorizers are told to name for a tenant; undefined for the shared one. */
  async pointedAt(tenantId: string): Promise<string | undefined> {
    return (await this.#table.get(tenantKey(tenantId)))?.usageKey?.S;
  }

  /** Removes the row of a tenant that is gone. */
  async forget({ tenantId, tier }: UsageKeyRow): Promise<void> {
    if (tier === null) await this.#table.delete(usageKeyRowKey(tenantId));
  }

  /**
   * Lets one run at a time work. Gives the tenant after whom the last one stopped, or null where it came to the end;
   * undefined while another holds the lease.
   */
  async takeLease(holder: string, now: number, seconds: number): Promise<string | null | undefined> {
    const lease = await this.#table.updatedIf(RECONCILER_KEY, {
      UpdateExpression: 'SET holder = :holder, leasedUntil = :until',
      ConditionExpression: 'attribute_not_exists(PK) OR leasedUntil <= :now',
      ExpressionAttributeValues: { ':holder': S(holder), ':until': N(now + seconds), ':now': N(now) },
    });
    return lease && (lease.stoppedAfter?.S ?? null);
  }

  /** Gives the lease back, unless it has passed to another, and notes where the next run begins. */
  async returnLease(holder: string, stoppedAfter: string | null): Promise<void> {
    await this.#table.updateIf(RECONCILER_KEY, {
      UpdateExpression:
        stoppedAfter === null
          ? 'SET leasedUntil = :zero REMOVE stoppedAfter'
          : 'SET leasedUntil = :zero, stoppedAfter = :after',
      ConditionExpression: 'holder = :holder',
      ExpressionAttributeValues: {
        ':zero': N(0),
        ':holder': S(holder),
        ...(stoppedAfter === null ? {} : { ':after': S(stoppedAfter) }),
      },
    });
  }
}

/** A change of a tenant's usage key that goes with a change of the tenant: parts of the write of its item, and further writes. */
export interface UsageKeyChange {
  readonly set: readonly string[];
  readonly remove: readonly string[];
  readonly condition: string;
  readonly values: Item;
  readonly rows: readonly TransactionWrite[];
}

/**
 * The writes that belong into one transaction with a change of tier: the tenant is on the new tier's shared key from the same
 * moment, and the reconciler knows to give it another of its own. `tenant` is its item as it was read.
 */
export function moveToTier(tenantId: string, tenant: Item, tier: string, now: number): UsageKeyChange {
  // On this tier already, and still when it is written: another may be moving it away.
  if (tenant.tier?.S === tier) return { set: [], remove: [], rows: [], ...unchanged(tenant) };
  return wantAnother(tenantId, tenant, tier, now);
}

/** The writes by which a tenant is to have another usage key than before, of `tier`: as one that is reopened. */
export function wantAnother(tenantId: string, tenant: Item, tier: string, now: number): UsageKeyChange {
  const next = { ':next': N(number(tenant, 'usageGeneration') + 1) };
  const { condition, values } = unchanged(tenant);
  return {
    set: ['usageGeneration = :next'],
    remove: ['usageKey'],
    condition,
    values: { ...values, ...next },
    rows: [
      {
        Update: {
          Key: usageKeyRowKey(tenantId),
          UpdateExpression: 'SET tier = :tier, generation = :next, since = :now REMOVE warmingSince, pointed',
          ExpressionAttributeValues: { ...next, ':tier': S(tier), ':now': N(now) },
        },
      },
    ],
  };
}

/** The same for a tenant that is closed: its key goes, to make room for another's. */
export function giveBack(tenantId: string, now: number): UsageKeyChange {
  return {
    set: [],
    remove: ['usageKey'],
    condition: 'attribute_exists(PK)',
    values: {},
    rows: [
      {
        Update: {
          Key: usageKeyRowKey(tenantId),
          UpdateExpression: 'SET since = :now REMOVE tier',
          ExpressionAttributeValues: { ':now': N(now) },
        },
      },
    ],
  };
}

/** That the tenant has, and wants, the usage key that it had when it was read. */
function unchanged(tenant: Item): Pick<UsageKeyChange, 'condition' | 'values'> {
  const generation = number(tenant, 'usageGeneration');
  return { condition: ofGeneration(generation), values: { ':generation': N(generation) } };
}

/** A tenant that has never lost a key has no generation yet. */
function ofGeneration(generation: number): string {
  const same = 'usageGeneration = :generation';
  return generation === 0 ? `(attribute_not_exists(usageGeneration) OR ${same})` : same;
}

function storedRow(item: Item): UsageKeyRow {
  return {
    tenantId: text(item, 'SK').slice(PREFIX.length),
    tier: item.tier?.S ?? null,
    generation: number(item, 'generation'),
    since: number(item, 'since'),
    pointed: item.pointed?.BOOL === true,
    ...(item.warmingSince === undefined ? {} : { warmingSince: number(item, 'warmingSince') }),
  };
}
