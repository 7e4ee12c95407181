import type { DynamoDBRecord } from 'aws-lambda';
import { keyRecordKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { countUses } from '../../lambdas/usage/count-uses.ts';
import { DynamoUsageStore } from '../../lambdas/usage/usage-store.ts';
import { USAGE_READING } from '../../lib/stream-reading.ts';
import { DEPLOYMENT } from '../../test/support/deployment.ts';
import { functionsTable } from './clients.ts';
import { hash, SimulatedTable } from './dynamodb.ts';
import { rule, VirtualTime } from './virtual-time.ts';

export interface Uses {
  readonly keys: number;
  readonly tenants: number;
  /** Batches of a shard that are read at the same time (Lambda's parallelization factor). */
  readonly readers: number;
}

export interface UsesResult extends Uses {
  /** How old the oldest use is that is not counted, after {@link SECONDS}. */
  readonly behindSeconds: number;
  readonly transactions: number;
  readonly writeUnitsPerUse: number;
  readonly readUnitsPerUse: number;
  readonly conflicts: number;
}

/** Of a shard: as many uses a second as its partition takes writes. */
export const USES = 1000;
const SECONDS = 120;

/** A shard of the stream and its readers. */
export async function countedUses({ keys, tenants, readers }: Uses, seed: number): Promise<UsesResult> {
  const time = new VirtualTime();
  rule(time, seed);
  const table = new SimulatedTable(time, 1024);
  const store = new DynamoUsageStore(functionsTable(table), DEPLOYMENT);
  const queues = Array.from({ length: readers }, (): DynamoDBRecord[] => []);
  const uses = new Map<number, number>();
  let counted = 0;

  const happen = () => {
    const key = Math.floor(Math.random() * keys);
    const count = (uses.get(key) ?? 0) + 1;
    uses.set(key, count);
    // Records of an item are in one batch, in their order.
    queues[hash(`k${key}`) % readers]?.push(recordOf({ key, tenant: key % tenants }, count, time));
  };
  const read = async (queue: DynamoDBRecord[]): Promise<void> => {
    const { batchSize, windowSeconds } = USAGE_READING;
    for (;;) {
      const opensMs = time.nowMs;
      while (queue.length < batchSize && time.nowMs - opensMs < windowSeconds * 1000) await time.sleep(100);
      const batch = queue.splice(0, batchSize);
      const failed = await countUses(batch, store, time.clock());
      // What was not counted, and what came after it, comes again.
      const left = failed === undefined ? [] : batch.slice(batch.indexOf(failed));
      queue.unshift(...left);
      counted += batch.length - left.length;
    }
  };
  for (let ms = 0; ms < SECONDS * 1000; ms += 1) time.after(ms, happen);
  for (const queue of queues) void read(queue);
  await time.run(SECONDS * 1000);
  const { writeUnits, readUnits, transactions, conflicts } = table.counts;
  const oldest = Math.max(
    0,
    ...queues.map(
      (queue) => time.clock() - (queue[0]?.dynamodb?.ApproximateCreationDateTime ?? time.clock()),
    ),
  );
  return {
    keys,
    tenants,
    readers,
    behindSeconds: oldest,
    transactions: transactions / SECONDS,
    writeUnitsPerUse: writeUnits / counted,
    readUnitsPerUse: readUnits / counted,
    conflicts: conflicts / SECONDS,
  };
}

function recordOf({ key, tenant }: { key: number; tenant: number }, count: number, time: VirtualTime) {
  const image = (uses: number) => ({
    ...keyRecordKey(`k${key}`),
    id: S(`key_${String(key).padStart(12, '0')}`),
    ten: S(`0191f3a0-0000-7000-8000-${String(tenant).padStart(12, '0')}`),
    env: S('live'),
    n: N(uses),
    seen: N(time.clock()),
  });
  return {
    eventID: `${key}-${count}`,
    dynamodb: {
      ApproximateCreationDateTime: time.clock(),
      OldImage: image(count - 1),
      NewImage: image(count),
    },
  } as unknown as DynamoDBRecord;
}
