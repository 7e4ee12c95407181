import type { DynamoDBRecord } from 'aws-lambda';
import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';
import * as attribute from '../kernel/attributes.ts';
import { number, oneOf, text } from '../kernel/items.ts';
import { imagesOf, isDone } from '../kernel/stream-records.ts';
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
  const tenants = byTenant(records);
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

function byTenant(records: readonly DynamoDBRecord[]): TenantUses[] {
  const tenants = new Map<string, TenantUses>();
  for (const [index, record] of records.entries()) {
    const use = keyUse(record);
    if (use === undefined) continue;
    const { tenantId } = use;
    const tenant = tenants.get(tenantId) ?? { tenantId, first: index, uses: [] };
    tenant.uses.push(use);
    tenants.set(tenantId, tenant);
  }
  return [...tenants.values()];
}

/** The use that a record of the stream shows; undefined for whatever else happens to keys. */
function keyUse(record: DynamoDBRecord): KeyUse | undefined {
  const { before, after } = imagesOf(record);
  if (after?.SK?.S !== 'KEY' || number(after, attribute.USES) <= number(before ?? {}, attribute.USES))
    return undefined;
  return {
    tenantId: text(after, attribute.TENANT),
    keyId: text(after, attribute.KEY_ID),
    environment: oneOf<Environment>(ENVIRONMENTS, text(after, attribute.ENVIRONMENT)),
    count: number(after, attribute.USES),
    at: number(after, attribute.USED_AT),
  };
}
