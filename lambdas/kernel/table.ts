import { randomUUID } from 'node:crypto';
import type { CancellationReason } from './dynamodb-error.ts';
import { createDynamoDbHttp } from './dynamodb-http.ts';
import type { Item, ItemKey } from './items.ts';
import { Problem } from './problem.ts';
import {
  type BatchGetItemInput,
  type DynamoDbCalls,
  isConditionFailure,
  type Operation,
  type RecordClient,
  type UpdateItemInput,
  type UpdateItemOutput,
} from './record-client.ts';

/** Attempts of a transaction that conflicts with another: the client does not repeat those. */
const CONFLICT_ATTEMPTS = 8;

/** The most keys of one BatchGetItem. */
const BATCH_GET_KEYS = 100;

/** Items of one query, where all of them are wanted. */
const QUERY_ITEMS = 100;

/** The longest partition and sort keys (DynamoDB developer guide, "Quotas"). */
const MAX_PARTITION_BYTES = 2048;
const MAX_SORT_BYTES = 1024;

export interface WriteCondition {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** One write of a transaction, and what it means when its condition does not hold. */
export type TransactionWrite = (
  | { readonly Put: { readonly Item: Item } & WriteCondition }
  | { readonly Update: { readonly Key: ItemKey; readonly UpdateExpression: string } & WriteCondition }
  | { readonly Delete: { readonly Key: ItemKey } & WriteCondition }
  | { readonly ConditionCheck: { readonly Key: ItemKey } & WriteCondition }
) & {
  /**
   * A problem is thrown as it is; a name is told by {@link ConditionsFailed}, to who made the transaction.
   * @default - nothing more than that a condition did not hold
   */
  readonly otherwise?: Problem | string;
};

/** A transaction of which at least one condition did not hold. Nothing was written. */
export class ConditionsFailed extends Error {
  /** Names of the writes whose conditions failed (`otherwise`), in their order; undefined for one without a name. */
  readonly names: readonly (string | undefined)[];

  constructor(names: readonly (string | undefined)[]) {
    super(`Conditions did not hold: ${names.map((name) => name ?? 'one without a name').join(', ')}.`);
    this.name = 'ConditionsFailed';
    this.names = names;
  }
}

/** Whether a transaction was committed; false when a condition did not hold for which no write has a problem. */
export async function isCommitted(committing: Promise<void>): Promise<boolean> {
  try {
    await committing;
    return true;
  } catch (error) {
    if (error instanceof ConditionsFailed) return false;
    throw error;
  }
}

export interface Page {
  readonly items: readonly Item[];
  /** Whether more items follow the last one. */
  readonly more: boolean;
}

/** What of a table is read (API_Scan). */
export interface ScanFilter {
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ConsistentRead?: boolean;
  readonly Limit?: number;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** What a read of items gives. */
interface ItemsOutput {
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: ItemKey;
}

/**
 * A table: all that the functions behind the authorizer need of DynamoDB.
 * Reads are strongly consistent. When DynamoDB cannot answer, `Problem('unavailable')` is thrown.
 */
export class Table implements RecordClient {
  readonly #client: DynamoDbCalls;
  readonly #name: string;

  /** @param client @default one that all tables of a function share */
  constructor(name: string, client: DynamoDbCalls = sharedClient()) {
    this.#name = name;
    this.#client = client;
  }

  get name(): string {
    return this.#name;
  }

  async get(Key: ItemKey): Promise<Item | undefined> {
    // A caller's word may be part of a key: what is too long to be one names nothing.
    if (!isStorable(Key)) return undefined;
    const { Item } = await this.#call<{ readonly Item?: Item }>('GetItem', { Key, ConsistentRead: true });
    return Item;
  }

  /** The items of any number of keys; those that do not exist are left out. */
  async getAll(wanted: readonly ItemKey[]): Promise<Item[]> {
    const keys = wanted.filter(isStorable);
    const items: Item[] = [];
    for (let start = 0; start < keys.length; start += BATCH_GET_KEYS) {
      const { Responses } = await this.batchGetItem({
        RequestItems: {
          [this.#name]: { Keys: keys.slice(start, start + BATCH_GET_KEYS), ConsistentRead: true },
        },
      });
      items.push(...(Responses[this.#name] ?? []));
    }
    return items;
  }

  /** Keys that DynamoDB leaves unprocessed are asked for again, a few times. */
  async batchGetItem(input: BatchGetItemInput): Promise<{ readonly Responses: Record<string, Item[]> }> {
    const all: Record<string, Item[]> = {};
    let RequestItems: BatchGetItemInput['RequestItems'] = input.RequestItems;
    for (let attempt = 0; Object.keys(RequestItems).length > 0; attempt += 1) {
      if (attempt === CONFLICT_ATTEMPTS) throw new Problem('unavailable', { cause: 'unprocessed keys' });
      if (attempt > 0) await pause(attempt);
      const { Responses = {}, UnprocessedKeys = {} } = await answered(
        this.#client.call<{
          readonly Responses?: Readonly<Record<string, readonly Item[]>>;
          readonly UnprocessedKeys?: BatchGetItemInput['RequestItems'];
        }>('BatchGetItem', { RequestItems }),
      );
      for (const [table, items] of Object.entries(Responses)) (all[table] ??= []).push(...items);
      RequestItems = UnprocessedKeys;
    }
    return { Responses: all };
  }

  /** The items of a partition whose sort key begins with `prefix` (empty for all), after `after` (a sort key), smallest first. */
  async query(partition: string, prefix: string, limit: number, after?: string): Promise<Page> {
    const { Items = [], LastEvaluatedKey } = await this.#call<ItemsOutput>('Query', {
      ConsistentRead: true,
      KeyConditionExpression: `PK = :partition${prefix === '' ? '' : ' AND begins_with(SK, :prefix)'}`,
      ExpressionAttributeValues: {
        ':partition': { S: partition },
        ...(prefix === '' ? {} : { ':prefix': { S: prefix } }),
      },
      Limit: limit,
      ...(after === undefined ? {} : { ExclusiveStartKey: { PK: { S: partition }, SK: { S: after } } }),
    });
    return { items: Items, more: LastEvaluatedKey !== undefined };
  }

  /** All items of a partition whose sort key begins with `prefix`, smallest first, by as many queries as it takes. */
  async queryAll(partition: string, prefix: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let more = true; more; ) {
      const page = await this.query(partition, prefix, QUERY_ITEMS, items.at(-1)?.SK?.S);
      items.push(...page.items);
      more = page.more;
    }
    return items;
  }

  /** Every item with this sort key, by reading the whole table. Not for requests. */
  async scan(sortKey: string): Promise<Item[]> {
    const found: Item[] = [];
    const filter = {
      FilterExpression: 'SK = :sort',
      ExpressionAttributeValues: { ':sort': { S: sortKey } },
    };
    for await (const page of this.scanPages(filter)) found.push(...page);
    return found;
  }

  /** The items of the whole table that pass a filter, a page at a time. Not for requests. */
  async *scanPages(filter: ScanFilter): AsyncGenerator<readonly Item[]> {
    let start: ItemKey | undefined;
    do {
      const page = await this.scanPage(filter, start);
      yield page.items;
      start = page.next;
    } while (start !== undefined);
  }

  /** One page of the whole table, after the item with the key `start`: often few of its items pass the filter, or none. */
  async scanPage(
    filter: ScanFilter,
    start?: ItemKey,
  ): Promise<{ readonly items: readonly Item[]; readonly next: ItemKey | undefined }> {
    const { Items = [], LastEvaluatedKey } = await this.#call<ItemsOutput>('Scan', {
      ...filter,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    return { items: Items, next: LastEvaluatedKey };
  }

  /** One conditional write; throws a `ConditionalCheckFailedException` when the condition does not hold. */
  updateItem(input: UpdateItemInput): Promise<UpdateItemOutput> {
    return answered(this.#client.call<UpdateItemOutput>('UpdateItem', input));
  }

  async update(Key: ItemKey, input: Omit<UpdateItemInput, 'TableName' | 'Key'>): Promise<Item | undefined> {
    return (await this.updateItem({ TableName: this.#name, Key, ...input })).Attributes;
  }

  /** Whether a conditional write was carried out; false when its condition does not hold. */
  async updateIf(Key: ItemKey, input: Omit<UpdateItemInput, 'TableName' | 'Key'>): Promise<boolean> {
    try {
      await this.update(Key, input);
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  /** The item after a conditional write; undefined when its condition does not hold. */
  async updatedIf(
    Key: ItemKey,
    input: Omit<UpdateItemInput, 'TableName' | 'Key' | 'ReturnValues'>,
  ): Promise<Item | undefined> {
    try {
      return await this.update(Key, { ...input, ReturnValues: 'ALL_NEW' });
    } catch (error) {
      if (isConditionFailure(error)) return undefined;
      throw error;
    }
  }

  /** Deletes an item, if there is one and the condition holds. */
  async delete(Key: ItemKey, condition: WriteCondition = {}): Promise<void> {
    try {
      await this.#call('DeleteItem', { Key, ...condition });
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /**
   * All writes or none. Of several writes whose conditions failed the first decides: its problem is thrown, or
   * {@link ConditionsFailed} where it has none. So writes stand in the order in which their problems matter.
   * Each call has a token, so that the client's repetitions after a lost answer write once (API_TransactWriteItems,
   * "ClientRequestToken"); a conflict with another transaction is repeated here.
   */
  async transact(writes: readonly TransactionWrite[]): Promise<void> {
    const TransactItems = writes.map(({ otherwise: _, ...write }) =>
      Object.fromEntries(
        Object.entries(write).map(([kind, body]) => [
          kind,
          { TableName: this.#name, ...body, ReturnValuesOnConditionCheckFailure: 'NONE' },
        ]),
      ),
    );
    for (let attempt = 1; ; attempt += 1) {
      try {
        await answered(
          this.#client.call('TransactWriteItems', { TransactItems, ClientRequestToken: randomUUID() }),
        );
        return;
      } catch (error) {
        if (!isCancellation(error)) throw error;
        const { CancellationReasons: reasons = [] } = error;
        const failed = writes.filter((_, index) => reasons[index]?.Code === 'ConditionalCheckFailed');
        if (failed.length > 0) throw meaningOf(failed);
        if (attempt === CONFLICT_ATTEMPTS) throw new Problem('unavailable', { cause: error });
        await pause(attempt);
      }
    }
  }

  #call<Output extends object>(operation: Operation, input: object): Promise<Output> {
    return answered(this.#client.call<Output>(operation, { TableName: this.#name, ...input }));
  }
}

const CANCELLATION = 'TransactionCanceledException';
const REFUSALS = ['ConditionalCheckFailedException', CANCELLATION, 'ValidationException'];

/** Lets refusals of the request through, and names everything else for what it is to the caller. */
async function answered<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof Error && REFUSALS.includes(error.name)) throw error;
    throw new Problem('unavailable', { cause: error });
  }
}

/** Whether a transaction was cancelled. The reasons are one a write, in their order (API_TransactWriteItems). */
function isCancellation(
  error: unknown,
): error is Error & { readonly CancellationReasons?: readonly CancellationReason[] } {
  return error instanceof Error && error.name === CANCELLATION;
}

let shared: DynamoDbCalls | undefined;

/** Deadlines well inside the functions' own, so that a store that hangs is an answer and not a timeout. */
function sharedClient(): DynamoDbCalls {
  shared ??= createDynamoDbHttp({
    attemptTimeoutMs: 2000,
    deadlineMs: 6000,
    maxAttempts: 4,
    throttleDelayMs: 400,
    // BatchGetItem answers with up to 16 MB of items (DynamoDB developer guide, "Quotas"), whose JSON is longer.
    maxResponseBytes: 64 * 1024 * 1024,
  });
  return shared;
}

function isStorable({ PK, SK }: ItemKey): boolean {
  return (
    Buffer.byteLength(PK.S ?? '') <= MAX_PARTITION_BYTES && Buffer.byteLength(SK.S ?? '') <= MAX_SORT_BYTES
  );
}

/** The error of writes whose conditions did not hold. */
function meaningOf(failed: readonly TransactionWrite[]): Error {
  const [first] = failed;
  if (first?.otherwise instanceof Problem) return first.otherwise;
  return new ConditionsFailed(
    failed.map(({ otherwise }) => (typeof otherwise === 'string' ? otherwise : undefined)),
  );
}

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(500, 25 * 2 ** attempt)));
}
