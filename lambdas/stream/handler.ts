import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { AuditTrail } from '../store/audit-trail.ts';
import { DynamoCensusStore } from '../store/census-store.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { Table } from '../store/table.ts';
import { DynamoUsageKeyStore } from '../store/usage-key-store.ts';
import { type Followers, follow } from './follow.ts';
import { batchResponse } from './records.ts';

const table = new Table(variable('TABLE_NAME'));
const followers: Followers = {
  audit: new AuditTrail(table),
  keys: new DynamoKeyStore(table),
  sessions: new DynamoSessionStore(table),
  accounts: new DynamoAccountStore(table),
  census: new DynamoCensusStore(table),
  usageKeys: new DynamoUsageKeyStore(table),
  clock: systemClock,
};

/** Follows the table's stream. Stops at the first record that fails: it and those after it come again. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return batchResponse(await follow(event.Records, followers));
}
