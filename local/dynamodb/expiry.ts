import { AwsError } from '../aws-endpoint.ts';
import type { StoredValue } from '../data-directory.ts';
import type { Logger } from '../log.ts';
import type { AttributeValue, DynamodbClient, Item } from './client.ts';
import type { Table } from './tables.ts';

/** DynamoDB ignores an expiry that lies longer than five years back (DynamoDB developer guide, howitworks-ttl). */
const OLDEST_EXPIRY_SECONDS = 5 * 365 * 86_400;
/** How long a stream holds its records, and so how long it must be known that a deletion was the service's. */
const STREAM_RETENTION_MILLISECONDS = 24 * 3_600_000;

/** Which deletions were the service's, with the time of each. */
export type ServiceDeletions = Readonly<Record<string, number>>;

/** Deletes expired items, as DynamoDB's TTL does, only sooner. */
export class ExpirySweeper {
  readonly #client: DynamodbClient;
  readonly #tables: readonly Table[];
  readonly #deletions: StoredValue<ServiceDeletions>;
  readonly #now: () => number;

  constructor(
    client: DynamodbClient,
    tables: readonly Table[],
    deletions: StoredValue<ServiceDeletions>,
    now: () => number,
  ) {
    this.#client = client;
    this.#tables = tables;
    this.#deletions = deletions;
    this.#now = now;
  }

  /** Deletes what has expired in every table; gives the number of items. */
  async sweep(): Promise<number> {
    let deleted = 0;
    for (const table of this.#tables) {
      if (table.ttlAttribute !== undefined) deleted += await this.#sweepTable(table, table.ttlAttribute);
    }
    return deleted;
  }

  /** Sweeps every `intervalMilliseconds` until the returned function is called. */
  every(intervalMilliseconds: number, log: Logger): () => void {
    const timer = setInterval(() => {
      this.sweep().catch((error: Error) => log.warn(`expired items could not be deleted: ${error.message}`));
    }, intervalMilliseconds);
    return () => clearInterval(timer);
  }

  /** Whether the removal of this item was a deletion by TTL. */
  deleted(table: Table, image: Item): boolean {
    return markOf(table, image) in this.#deletions.get();
  }

  async #sweepTable(table: Table, ttlAttribute: string): Promise<number> {
    let deleted = 0;
    let startKey: Item | undefined;
    const now = Math.floor(this.#now() / 1000);
    do {
      const page = await this.#client.call<{ Items: Item[]; LastEvaluatedKey?: Item }>('Scan', {
        TableName: table.name,
        FilterExpression: 'attribute_type(#ttl, :number) AND #ttl BETWEEN :oldest AND :now',
        ExpressionAttributeNames: { '#ttl': ttlAttribute },
        ExpressionAttributeValues: {
          ':number': { S: 'N' },
          ':oldest': { N: String(now - OLDEST_EXPIRY_SECONDS) },
          ':now': { N: String(now) },
        },
        ExclusiveStartKey: startKey,
      });
      for (const item of page.Items) deleted += (await this.#delete(table, item, ttlAttribute)) ? 1 : 0;
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
    return deleted;
  }

  /** The mark is written first: after a crash in between, the item is still there, and is swept again. */
  async #delete(table: Table, item: Item, ttlAttribute: string): Promise<boolean> {
    const mark = markOf(table, item);
    this.#mark(mark);
    try {
      await this.#client.call('DeleteItem', {
        TableName: table.name,
        Key: keyOf(table, item),
        ConditionExpression: '#ttl = :seen',
        ExpressionAttributeNames: { '#ttl': ttlAttribute },
        ExpressionAttributeValues: { ':seen': item[ttlAttribute] as AttributeValue },
      });
      return true;
    } catch (error) {
      if (!(error instanceof AwsError && error.name === 'ConditionalCheckFailedException')) throw error;
      const { [mark]: _, ...others } = this.#deletions.get();
      this.#deletions.set(others);
      return false;
    }
  }

  #mark(mark: string): void {
    const forgetBefore = this.#now() - STREAM_RETENTION_MILLISECONDS;
    const kept = Object.entries(this.#deletions.get()).filter(([, time]) => time > forgetBefore);
    this.#deletions.set({ ...Object.fromEntries(kept), [mark]: this.#now() });
  }
}

/** An item that is written again under the same key has another expiry, and is another deletion. */
function markOf(table: Table, item: Item): string {
  return JSON.stringify([table.name, keyOf(table, item), table.ttlAttribute && item[table.ttlAttribute]]);
}

function keyOf(table: Table, item: Item): Item {
  return Object.fromEntries(table.keyAttributes.map((name) => [name, item[name] as AttributeValue]));
}
