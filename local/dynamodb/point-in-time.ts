import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import { ACCOUNT, REGION } from '../cloudformation/identities.ts';
import type { DynamodbClient, Item } from './client.ts';

/** Items of one BatchWriteItem (DynamoDB developer guide, "Quotas"). */
const ITEMS_A_WRITE = 25;
/** How long a stream holds its records: here as far back as a table can be restored. On AWS it is 35 days. */
const RESTORABLE_SECONDS = 24 * 3600;

/** Actions whose answers name tables by ARNs of the engine's own Region. */
const DESCRIBING = ['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable'];
const ENGINE_ARN = /arn:aws:dynamodb:[^:"]*:\d*:/g;

interface Description {
  readonly TableName: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly AttributeDefinitions: readonly object[];
  readonly CreationDateTime: number;
}

interface StreamRecord {
  readonly dynamodb: {
    readonly Keys: Item;
    readonly OldImage?: Item;
    readonly ApproximateCreationDateTime: number;
  };
}

/**
 * DynamoDB with point-in-time recovery, which an engine does not have: a table is restored by undoing what its stream
 * says was done since. As on AWS, the restored table is another one, without a stream and without TTL.
 */
export class PointInTime {
  readonly #client: DynamodbClient;

  constructor(client: DynamodbClient) {
    this.#client = client;
  }

  /** Answers a call of DynamoDB: these here, all others by the engine. */
  async serve({ service, action, body, contentType }: AwsCall): Promise<AwsAnswer> {
    const input = () => JSON.parse(body.toString('utf8') || '{}');
    switch (action) {
      case 'DescribeContinuousBackups':
      case 'UpdateContinuousBackups':
        return answer({ ContinuousBackupsDescription: await this.#window(input().TableName) });
      case 'RestoreTableToPointInTime':
        return answer({ TableDescription: await this.#restore(input()) });
    }
    const answered = await this.#client.forward(`${service}.${action}`, body, contentType);
    if (!DESCRIBING.includes(action)) return answered;
    const text = answered.body
      .toString('utf8')
      .replaceAll(ENGINE_ARN, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:`);
    return { ...answered, body: text };
  }

  async #window(table: string) {
    const { CreationDateTime } = await this.#describe(table);
    const now = Math.floor(Date.now() / 1000);
    return {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        EarliestRestorableDateTime: Math.max(CreationDateTime, now - RESTORABLE_SECONDS),
        LatestRestorableDateTime: now,
      },
    };
  }

  async #restore(input: {
    readonly SourceTableName: string;
    readonly TargetTableName: string;
    readonly RestoreDateTime?: number;
    readonly UseLatestRestorableTime?: boolean;
  }) {
    const { SourceTableName: source, TargetTableName: target } = input;
    const { KeySchema, AttributeDefinitions } = await this.#describe(source);
    const { PointInTimeRecoveryDescription: window } = await this.#window(source);
    const time = input.RestoreDateTime ?? window.LatestRestorableDateTime;
    if (time < window.EarliestRestorableDateTime || time > window.LatestRestorableDateTime) {
      const message = 'The restore time is outside of the table’s restorable time.';
      throw new AwsError('InvalidRestoreTimeException', message);
    }
    await this.#client.call('CreateTable', {
      TableName: target,
      KeySchema,
      AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
    });
    const items = await this.#itemsAt(source, Math.floor(time), KeySchema);
    for (let start = 0; start < items.length; start += ITEMS_A_WRITE) {
      const puts = items.slice(start, start + ITEMS_A_WRITE).map((Item) => ({ PutRequest: { Item } }));
      await this.#client.call('BatchWriteItem', { RequestItems: { [target]: puts } });
    }
    return this.#describe(target);
  }

  /** The items as they stood at the end of a second: each that was changed since is what it was before the first change. */
  async #itemsAt(table: string, second: number, schema: Description['KeySchema']): Promise<Item[]> {
    const keyOf = (item: Item) => JSON.stringify(schema.map(({ AttributeName }) => item[AttributeName]));
    // The stream is read after the table: what is written in between is undone too.
    const items = new Map((await this.#scan(table)).map((item) => [keyOf(item), item]));
    const undone = new Set<string>();
    for (const { dynamodb } of await this.#records(table)) {
      const key = keyOf(dynamodb.Keys);
      if (dynamodb.ApproximateCreationDateTime <= second || undone.has(key)) continue;
      undone.add(key);
      if (dynamodb.OldImage === undefined) items.delete(key);
      else items.set(key, dynamodb.OldImage);
    }
    return [...items.values()];
  }

  async #scan(TableName: string): Promise<Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const page = await this.#client.call<{ Items: Item[]; LastEvaluatedKey?: Item }>('Scan', {
        TableName,
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      items.push(...page.Items);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  /** All records of a table's stream, oldest first. */
  async #records(TableName: string): Promise<StreamRecord[]> {
    const { Streams } = await this.#client.callStreams<{ Streams: { StreamArn: string }[] }>('ListStreams', {
      TableName,
    });
    const StreamArn = Streams.at(-1)?.StreamArn;
    if (StreamArn === undefined) return [];
    const { StreamDescription } = await this.#client.callStreams<{
      StreamDescription: { Shards: { ShardId: string }[] };
    }>('DescribeStream', { StreamArn });
    const records: StreamRecord[] = [];
    for (const { ShardId } of StreamDescription.Shards) {
      const first = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      let iterator = (await this.#client.callStreams<{ ShardIterator?: string }>('GetShardIterator', first))
        .ShardIterator;
      while (iterator !== undefined) {
        const page: { Records: StreamRecord[]; NextShardIterator?: string } = await this.#client.callStreams(
          'GetRecords',
          { ShardIterator: iterator },
        );
        records.push(...page.Records);
        iterator = page.Records.length === 0 ? undefined : page.NextShardIterator;
      }
    }
    return records;
  }

  async #describe(TableName: string): Promise<Description> {
    return (await this.#client.call<{ Table: Description }>('DescribeTable', { TableName })).Table;
  }
}

const answer = (value: object): AwsAnswer => ({ status: 200, body: JSON.stringify(value) });
