import { REGION } from '../cloudformation/identities.ts';
import type { DynamodbClient, Item } from './client.ts';
import type { Table } from './tables.ts';

/** A record of a stream (DynamoDB Streams API reference, `Record`). */
export interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: { readonly SequenceNumber: string; readonly Keys: Item; readonly OldImage?: Item };
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
  readonly [field: string]: unknown;
}

/** How far a reader has come: the last sequence number of each shard. */
export type Position = Readonly<Record<string, string>>;

interface Shard {
  readonly id: string;
  iterator: string | undefined;
}

/** The records read of a batch, and where to go on once they are dealt with. */
export interface Batch {
  readonly shardId: string;
  readonly records: readonly StreamRecord[];
}

/** Reads one table's stream in order, through the engine's DynamoDB Streams API. */
export class StreamReader {
  readonly #client: DynamodbClient;
  readonly #table: Table;
  readonly #limit: number;
  readonly #from: 'LATEST' | 'TRIM_HORIZON';
  #shards: Shard[] | undefined;

  constructor(client: DynamodbClient, table: Table, limit: number, from: 'LATEST' | 'TRIM_HORIZON') {
    this.#client = client;
    this.#table = table;
    this.#limit = limit;
    this.#from = from;
  }

  /** The next records after `position`, oldest shard first; nothing when all are read. */
  async next(position: Position): Promise<Batch | undefined> {
    this.#shards ??= await this.#open(position);
    for (const shard of this.#shards) {
      if (shard.iterator === undefined) continue;
      const page = await this.#client.callStreams<{ Records: StreamRecord[]; NextShardIterator?: string }>(
        'GetRecords',
        { ShardIterator: shard.iterator, Limit: this.#limit },
      );
      shard.iterator = page.NextShardIterator;
      // A closed shard has a successor, which only a new description of the stream names.
      if (shard.iterator === undefined) this.#shards = undefined;
      if (page.Records.length > 0)
        return { shardId: shard.id, records: page.Records.map((it) => this.#complete(it)) };
    }
    return undefined;
  }

  /** Reads again from a position: after a failure, iterators may be void. */
  rewind(): void {
    this.#shards = undefined;
  }

  async #open(position: Position): Promise<Shard[]> {
    const { Streams } = await this.#client.callStreams<{ Streams: { StreamArn: string }[] }>('ListStreams', {
      TableName: this.#table.name,
    });
    const StreamArn = Streams.at(-1)?.StreamArn;
    if (StreamArn === undefined) throw new Error(`the engine has no stream for ${this.#table.name}`);
    const { StreamDescription } = await this.#client.callStreams<{
      StreamDescription: { Shards: { ShardId: string }[] };
    }>('DescribeStream', { StreamArn });
    return Promise.all(
      StreamDescription.Shards.map(async ({ ShardId }) => {
        const SequenceNumber = position[ShardId];
        const { ShardIterator } = await this.#client.callStreams<{ ShardIterator: string }>(
          'GetShardIterator',
          {
            StreamArn,
            ShardId,
            ShardIteratorType: SequenceNumber === undefined ? this.#from : 'AFTER_SEQUENCE_NUMBER',
            SequenceNumber,
          },
        );
        return { id: ShardId, iterator: ShardIterator };
      }),
    );
  }

  #complete(record: StreamRecord): StreamRecord {
    return { ...record, awsRegion: REGION, eventSourceARN: this.#table.streamArn };
  }
}
