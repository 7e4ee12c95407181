import type { DynamoDBRecord } from 'aws-lambda';
import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';
import * as attribute from '../kernel/attributes.ts';
import { number, oneOf, text } from '../kernel/items.ts';
import { imagesOf, isDone } from '../kernel/stream-records.ts';
import { NOTED_REFUSALS, type NotedRefusal } from '../keys/key-record.ts';
import type { KeyUse } from './usage.ts';
import type { DynamoUsageStore } from './usage-store.ts';

/** Tenants that are counted at a time: a batch may hold a thousand. */
const TENANTS_AT_ONCE = 10;

interface TenantUses {
  readonly tenantId: string;
  /** The place in the batch of the tenant's first use. */
  readonly first: number;
  readonly uses: KeyUse[];
}

/**
 * Counts the uses of keys in a batch of the stream, tenant by tenant. Whatever comes again is not counted again.
 * Gives the record from which on the batch must come again; undefined when all is counted.
 */
export async function countUses(
  records: readonly DynamoDBRecord[],
  store: Pick<DynamoUsageStore, 'count'>,
  now: number,
): Promise<DynamoDBRecord | undefined> {
  const tenants = byTenant(records, now);
  const failed: number[] = [];
  for (let start = 0; start < tenants.length; start += TENANTS_AT_ONCE) {
    await Promise.all(
      tenants.slice(start, start + TENANTS_AT_ONCE).map(async ({ tenantId, first, uses }) => {
        const counted = isDone(records[first], () => store.count(tenantId, uses, now));
        if (!(await counted)) failed.push(first);
      }),
    );
  }
  return failed.length === 0 ? undefined : records[Math.min(...failed)];
}

function byTenant(records: readonly DynamoDBRecord[], now: number): TenantUses[] {
  const tenants = new Map<string, TenantUses>();
  for (const [index, record] of records.entries()) {
    const use = keyUse(record, now);
    if (use === undefined) continue;
    const { tenantId } = use;
    const tenant = tenants.get(tenantId) ?? { tenantId, first: index, uses: [] };
    tenant.uses.push(use);
    tenants.set(tenantId, tenant);
  }
  return [...tenants.values()];
}

/** The use or the refusal that a record of the stream shows; undefined for whatever else happens to keys. */
function keyUse(record: DynamoDBRecord, now: number): KeyUse | undefined {
  const { before = {}, after } = imagesOf(record);
  if (after?.SK?.S !== 'KEY') return undefined;
  const hasGrown = (name: string) => number(after, name) > number(before, name);
  if (!hasGrown(attribute.USES) && !hasGrown(attribute.REFUSALS)) return undefined;
  const reason = after[attribute.REFUSED_FOR]?.S;
  return {
    tenantId: text(after, attribute.TENANT),
    keyId: text(after, attribute.KEY_ID),
    environment: oneOf<Environment>(ENVIRONMENTS, text(after, attribute.ENVIRONMENT)),
    count: number(after, attribute.USES),
    at: number(after, attribute.USED_AT),
    inMinute: number(after, `c${number(after, attribute.WINDOW)}`),
    refusals: number(after, attribute.REFUSALS),
    refusedFor: reason === undefined ? undefined : oneOf<NotedRefusal>(NOTED_REFUSALS, reason),
    writtenAt: Math.floor(record.dynamodb?.ApproximateCreationDateTime ?? now),
  };
}
