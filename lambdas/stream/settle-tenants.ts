import type { DynamoDBRecord } from 'aws-lambda';
import type { Clock } from '../kernel/clock.ts';
import { text } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';
import type { DynamoUsageKeyStore } from '../plans/usage-key-store.ts';

/**
 * Lets a tenant that begins have a usage key of its own, and takes back that of one that is gone. Doing it twice
 * changes nothing, as a stream delivers at least once.
 */
export async function settleTenant(
  record: DynamoDBRecord,
  usageKeys: Pick<DynamoUsageKeyStore, 'register' | 'release'>,
  clock: Clock,
): Promise<void> {
  const { before, after } = imagesOf(record);
  const item = after ?? before;
  if (item?.SK?.S !== 'TENANT' || (before !== undefined && after !== undefined)) return;
  const tenantId = text(item, 'PK').slice('TENANT#'.length);
  await (after === undefined ? usageKeys.release(tenantId, clock()) : usageKeys.register(tenantId, clock()));
}
