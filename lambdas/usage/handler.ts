import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Table } from '../store/table.ts';
import { DynamoUsageStore } from '../store/usage-store.ts';
import { batchResponse } from '../stream/records.ts';
import { countUses } from './count-uses.ts';

const store = new DynamoUsageStore(new Table(variable('TABLE_NAME')));

/** Counts the uses of keys that the table's stream shows. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return batchResponse(await countUses(event.Records, store, systemClock()));
}
