import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { deployment } from '#settings';
import { systemClock } from '../../kernel/clock.ts';
import { batchResponse } from '../../kernel/stream-records.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { countUses } from '../../usage/count-uses.ts';
import { DynamoUsageStore } from '../../usage/usage-store.ts';

const store = new DynamoUsageStore(new Table(variable('TABLE_NAME')), deployment);

/** Counts the uses of keys that the table's stream shows. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return batchResponse(await countUses(event.Records, store, systemClock()));
}
