import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { DynamoCensusStore } from '../store/census-store.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { Table } from '../store/table.ts';
import { type Followers, settle } from './settle.ts';

const table = new Table(variable('TABLE_NAME'));
const followers: Followers = {
  keys: new DynamoKeyStore(table),
  accounts: new DynamoAccountStore(table),
  census: new DynamoCensusStore(table),
  clock: systemClock,
};

/** Follows the table's stream. Stops at the first record that fails: it and those after it come again. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of event.Records) {
    try {
      await settle(record, followers);
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      console.error(JSON.stringify({ level: 'ERROR', event: record.eventID, cause: String(cause) }));
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber(record) }] };
    }
  }
  return { batchItemFailures: [] };
}

function sequenceNumber(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
