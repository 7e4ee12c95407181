import type { DynamoDBRecord } from 'aws-lambda';
import { ENVIRONMENTS, type Environment } from '../domain/scopes.ts';
import type { DynamoAccountStore } from '../store/account-store.ts';
import { censusChange, type DynamoCensusStore } from '../store/census-store.ts';
import { type Item, number, oneOf, text } from '../store/items.ts';
import type { DynamoKeyStore } from '../store/key-store.ts';

/** What follows from the stream's events. */
export interface Followers {
  readonly keys: Pick<DynamoKeyStore, 'settleRevoked' | 'forget'>;
  readonly accounts: Pick<DynamoAccountStore, 'keepAddress'>;
  readonly census: Pick<DynamoCensusStore, 'count'>;
  readonly clock: () => number;
}

/**
 * Brings what hangs on an item in line with it: a revoked key gives its place back, what TTL deleted is no longer
 * listed, a first use keeps the address of who signed up, and all of it is counted. Doing it twice changes nothing,
 * as a stream delivers at least once.
 */
export async function settle(record: DynamoDBRecord, followers: Followers): Promise<void> {
  const before = record.dynamodb?.OldImage as Item | undefined;
  const after = record.dynamodb?.NewImage as Item | undefined;
  await settleKey(before, after, followers);
  await followers.census.count(record.eventID ?? '', censusChange(before, after), followers.clock());
}

async function settleKey(
  before: Item | undefined,
  after: Item | undefined,
  { keys, accounts }: Followers,
): Promise<void> {
  const item = after ?? before;
  if (item?.SK?.S !== 'KEY') return;
  const [tenantId, id] = [text(item, 'ten'), text(item, 'id')];
  const environment = oneOf<Environment>(ENVIRONMENTS, text(item, 'env'));
  if (after === undefined) return keys.forget(tenantId, id, environment);
  if (after.st?.S === 'revoked') await keys.settleRevoked(tenantId, id, environment);
  if (number(after, 'n') === 1) await accounts.keepAddress(tenantId, number(after, 'seen'));
}
