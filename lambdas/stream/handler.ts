import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { variable } from '../deployment.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { Table } from '../store/table.ts';
import { settleKeyRecord } from './settle.ts';

const keys = new DynamoKeyStore(new Table(variable('TABLE_NAME')));

/** Follows the table's stream. Stops at the first record that fails: it and those after it come again. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of event.Records) {
    try {
      await settleKeyRecord(record, keys);
    } catch (error) {
      console.error(JSON.stringify({ level: 'ERROR', event: record.eventID, cause: String(error) }));
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber(record) }] };
    }
  }
  return { batchItemFailures: [] };
}

function sequenceNumber(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
