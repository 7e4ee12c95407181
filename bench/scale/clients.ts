import { DynamoDbError } from '../../lambdas/kernel/dynamodb-error.ts';
import { BASE_DELAY_MS, DEADLINE_MS, MAX_ATTEMPTS } from '../../lambdas/kernel/dynamodb-http.ts';
import type { Item } from '../../lambdas/kernel/items.ts';
import type { BatchGetItemInput, RecordClient } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import type { SimulatedTable } from './dynamodb.ts';
import type { VirtualTime } from './virtual-time.ts';

export const TABLE = 'simulated';

/** The table as the authorizer's client has it: what is refused is sent again as `createDynamoDbHttp` does. */
export function authorizersClient(table: SimulatedTable, time: VirtualTime): RecordClient {
  const hasWaited = async (attempts: number, deadline: number): Promise<boolean> => {
    const delayMs = Math.random() * BASE_DELAY_MS * 2 ** (attempts - 1);
    if (attempts >= MAX_ATTEMPTS || time.nowMs + delayMs >= deadline) return false;
    await time.sleep(delayMs);
    return true;
  };
  return {
    async updateItem(input) {
      const deadline = time.nowMs + DEADLINE_MS;
      for (let attempts = 1; ; attempts += 1) {
        try {
          return await table.updateItem(input);
        } catch (error) {
          const isRetried = error instanceof DynamoDbError && error.retryable;
          if (!isRetried || !(await hasWaited(attempts, deadline))) throw error;
        }
      }
    },
    async batchGetItem(input) {
      const deadline = time.nowMs + DEADLINE_MS;
      const all: Item[] = [];
      let wanted: BatchGetItemInput = input;
      for (let rounds = 1; ; rounds += 1) {
        const { Responses, UnprocessedKeys } = await table.batchGetItem(wanted);
        all.push(...(Responses[TABLE] ?? []));
        if (Object.keys(UnprocessedKeys).length === 0) return { Responses: { [TABLE]: all } };
        wanted = { RequestItems: UnprocessedKeys };
        if (!(await hasWaited(rounds, deadline)))
          throw new DynamoDbError('ProvisionedThroughputExceededException', 'Keys were left unprocessed');
      }
    },
  };
}

/** The table as the functions behind the authorizer have it. */
export function functionsTable(table: SimulatedTable): Table {
  return new Table(TABLE, table);
}

/** The value below which so much of the values are; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
