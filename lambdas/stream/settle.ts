import type { DynamoDBRecord } from 'aws-lambda';
import { type Item, text } from '../store/items.ts';
import type { DynamoKeyStore } from '../store/key-store.ts';

/**
 * Brings what hangs on a key's hot record in line with it: a revoked key gives its place back, and what TTL deleted
 * is no longer listed. Doing it twice changes nothing, as a stream delivers at least once.
 */
export async function settleKeyRecord(
  record: DynamoDBRecord,
  keys: Pick<DynamoKeyStore, 'settleRevoked' | 'forget'>,
): Promise<void> {
  const before = record.dynamodb?.OldImage as Item | undefined;
  const after = record.dynamodb?.NewImage as Item | undefined;
  const item = after ?? before;
  if (item?.SK?.S !== 'KEY') return;
  if (after === undefined) return keys.forget(text(item, 'ten'), text(item, 'id'));
  if (after.st?.S === 'revoked') return keys.settleRevoked(text(item, 'ten'), text(item, 'id'));
}
