import { DynamoDbError } from '../../lambdas/kernel/dynamodb-error.ts';
import type { AttributeValue, Item, ItemKey } from '../../lambdas/kernel/items.ts';
import type {
  BatchGetItemInput,
  DynamoDbCalls,
  Operation,
  RecordClient,
  UpdateItemInput,
  UpdateItemOutput,
} from '../../lambdas/kernel/record-client.ts';
import { type Expressions, holds, updated } from './expressions.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a partition carries in a second (DynamoDB developer guide, "Burst and adaptive capacity"). */
export const PARTITION = { writeUnits: 1000, readUnits: 3000 };

/** How long calls take, in milliseconds: DynamoDB promises single digits, and a transaction has two phases. */
export const LATENCY_MS = { read: 4, write: 5, transaction: 10 };

/** Units that a partition keeps, in milliseconds of its rate. AWS keeps more where it can, and promises none. */
const BURST_MS = 1000;

/** One write of a transaction, as it is sent. */
interface Write extends Expressions {
  readonly Key?: ItemKey;
  readonly Item?: Item;
}

/** The input of a call, as far as it is understood. */
interface CallInput {
  readonly Key?: ItemKey;
  readonly RequestItems?: BatchGetItemInput['RequestItems'];
  readonly TransactItems?: readonly Readonly<Record<string, Write>>[];
}

/** A partition's units: a bucket that fills with time. */
class Bucket {
  readonly #perMs: number;
  #units: number;
  #at = 0;

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    // It begins as after a busy time: what it has kept before is nothing to rely on.
    this.#units = this.#perMs * 50;
  }

  has(units: number, nowMs: number): boolean {
    this.#units = Math.min(this.#perMs * BURST_MS, this.#units + (nowMs - this.#at) * this.#perMs);
    this.#at = nowMs;
    return this.#units >= units;
  }

  take(units: number): void {
    this.#units -= units;
  }
}

/** A call's need of units, by the item's key. */
interface Need {
  readonly Key: ItemKey;
  readonly units: number;
}

/**
 * One table in virtual time: its items, partitions that carry so much and refuse the rest, transactions that conflict. A
 * partition is not split while a simulation lasts: AWS does that in minutes. What is refused takes no unit.
 */
export class SimulatedTable implements RecordClient, DynamoDbCalls {
  /** Units and calls that were taken, and refusals for lack of units or of an item that another transaction has. */
  readonly counts = { writeUnits: 0, readUnits: 0, transactions: 0, throttled: 0, conflicts: 0 };
  /** The item that is there before anything was written, of a partition key: so that a hundred million keys need no memory. */
  readonly #initial: (key: ItemKey) => Item | undefined;
  readonly #time: VirtualTime;
  readonly #writes: readonly Bucket[];
  readonly #reads: readonly Bucket[];
  readonly #items = new Map<string, Item>();
  readonly #locked = new Set<string>();

  constructor(
    time: VirtualTime,
    partitions: number,
    initial: (key: ItemKey) => Item | undefined = () => undefined,
  ) {
    this.#time = time;
    this.#initial = initial;
    this.#writes = Array.from({ length: partitions }, () => new Bucket(PARTITION.writeUnits));
    this.#reads = Array.from({ length: partitions }, () => new Bucket(PARTITION.readUnits));
  }

  async updateItem(input: UpdateItemInput): Promise<UpdateItemOutput> {
    await this.#time.sleep(LATENCY_MS.write);
    const before = this.#item(input.Key);
    const after = updated(before ?? input.Key, input);
    if (!this.#take(this.#writes, [{ Key: input.Key, units: writeUnits(after) }])) throw throttled();
    if (!holds(before, input)) {
      const message = 'The conditional request failed';
      throw new DynamoDbError('ConditionalCheckFailedException', message, { item: before });
    }
    this.#items.set(nameOf(input.Key), after);
    return { Attributes: after };
  }

  async batchGetItem(input: BatchGetItemInput) {
    await this.#time.sleep(LATENCY_MS.read);
    const Responses: Record<string, Item[]> = {};
    const UnprocessedKeys: Record<string, { readonly Keys: readonly ItemKey[] }> = {};
    for (const [table, { Keys }] of Object.entries(input.RequestItems)) {
      const read = Keys.map((Key) => ({ Key, item: this.#item(Key) }));
      const isTaken = read.map(({ Key, item }) => this.#take(this.#reads, [{ Key, units: readUnits(item) }]));
      Responses[table] = read.flatMap(({ item }, index) => (isTaken[index] && item ? [item] : []));
      const left = Keys.filter((_, index) => !isTaken[index]);
      if (left.length > 0) UnprocessedKeys[table] = { Keys: left };
    }
    return { Responses, UnprocessedKeys };
  }

  async call<Output extends object>(operation: Operation, input: CallInput): Promise<Output> {
    return (await this.#answer(operation, input)) as Output;
  }

  #answer(operation: Operation, input: CallInput): Promise<object> {
    switch (operation) {
      case 'BatchGetItem':
        return this.batchGetItem({ RequestItems: input.RequestItems ?? {} });
      case 'GetItem':
        return this.#get(input.Key ?? ({} as ItemKey));
      case 'TransactWriteItems':
        return this.#transact(input.TransactItems ?? []);
      default:
        throw new Error(`The simulated table knows no ${operation}.`);
    }
  }

  async #get(Key: ItemKey): Promise<{ readonly Item?: Item }> {
    await this.#time.sleep(LATENCY_MS.read);
    const item = this.#item(Key);
    if (!this.#take(this.#reads, [{ Key, units: readUnits(item) }])) throw throttled();
    return item === undefined ? {} : { Item: item };
  }

  /** Items are locked while it lasts; a second transaction that meets one is cancelled. */
  async #transact(items: readonly Readonly<Record<string, Write>>[]): Promise<object> {
    const writes = items
      .flatMap((item) => Object.values(item))
      .map((write) => ({ write, Key: keyOf(write) }));
    const names = writes.map(({ Key }) => nameOf(Key));
    const conflicts = names.map((name) => this.#locked.has(name));
    if (conflicts.some(Boolean)) {
      this.counts.conflicts += 1;
      await this.#time.sleep(LATENCY_MS.write);
      throw canceled(conflicts.map((isLocked) => (isLocked ? 'TransactionConflict' : 'None')));
    }
    for (const name of names) this.#locked.add(name);
    await this.#time.sleep(LATENCY_MS.transaction);
    for (const name of names) this.#locked.delete(name);
    const after = writes.map(({ write, Key }) => write.Item ?? updated(this.#item(Key) ?? Key, write));
    const needs = writes.map(({ Key }, index) => ({ Key, units: 2 * writeUnits(after[index] ?? {}) }));
    if (!this.#take(this.#writes, needs)) throw canceled(writes.map(() => 'ThrottlingError'));
    const held = writes.map(({ write, Key }) => holds(this.#item(Key), write));
    if (!held.every(Boolean)) throw canceled(held.map((each) => (each ? 'None' : 'ConditionalCheckFailed')));
    for (const [index, name] of names.entries()) this.#items.set(name, after[index] ?? {});
    this.counts.transactions += 1;
    return {};
  }

  #item(Key: ItemKey): Item | undefined {
    return this.#items.get(nameOf(Key)) ?? this.#initial(Key);
  }

  /** Takes all of them or none. */
  #take(buckets: readonly Bucket[], needs: readonly Need[]): boolean {
    const byBucket = new Map<Bucket, number>();
    for (const { Key, units } of needs) {
      const bucket = buckets[hash(Key.PK.S ?? '') % buckets.length];
      if (bucket !== undefined) byBucket.set(bucket, (byBucket.get(bucket) ?? 0) + units);
    }
    for (const [bucket, units] of byBucket) {
      if (bucket.has(units, this.#time.nowMs)) continue;
      this.counts.throttled += 1;
      return false;
    }
    for (const [bucket, units] of byBucket) {
      bucket.take(units);
      this.counts[buckets === this.#writes ? 'writeUnits' : 'readUnits'] += units;
    }
    return true;
  }
}

const nameOf = ({ PK, SK }: ItemKey) => `${PK.S}\n${SK.S}`;
const keyOf = ({ Key, Item }: Write): ItemKey => Key ?? { PK: Item?.PK ?? {}, SK: Item?.SK ?? {} };

/** A unit writes up to 1 KB; one reads up to 4 KB strongly consistent (developer guide, "Read and write operations"). */
const writeUnits = (item: Item) => Math.max(1, Math.ceil(bytesOf(item) / 1024));
const readUnits = (item: Item | undefined) => Math.max(1, Math.ceil(bytesOf(item ?? {}) / 4096));

function bytesOf(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += name.length + valueBytes(item[name] ?? {});
  return bytes;
}

function valueBytes({ S, N, L, M, SS }: AttributeValue): number {
  if (S !== undefined) return S.length;
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (M !== undefined) return 3 + bytesOf(M);
  const list = L?.map(valueBytes) ?? SS?.map((text) => text.length) ?? [];
  return list.reduce((sum, each) => sum + each, 3);
}

/** FNV-1a, mixed once more so that keys that differ in their ends lie apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

function throttled(): DynamoDbError {
  const message = 'Throughput exceeds the current capacity of your table or index';
  return new DynamoDbError('ThrottlingException', message, { retryable: true, status: 400 });
}

function canceled(codes: readonly string[]): DynamoDbError {
  const reasons = codes.map((Code) => ({ Code }));
  return new DynamoDbError('TransactionCanceledException', 'Transaction cancelled', { reasons, status: 400 });
}
