import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Table } from '../store/table.ts';
import { DynamoUsageStore } from '../store/usage-store.ts';
import { countUses } from './count-uses.ts';

const store = new DynamoUsageStore(new Table(variable('TABLE_NAME')));

/** Counts the uses of keys that the table's stream shows. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const failed = await countUses(event.Records, store, systemClock());
  if (failed === undefined) return { batchItemFailures: [] };
  return { batchItemFailures: [{ itemIdentifier: failed.dynamodb?.SequenceNumber ?? '' }] };
}
