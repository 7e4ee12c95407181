import { setTimeout as delay } from 'node:timers/promises';
import { AwsError } from '../aws-endpoint.ts';
import type { StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import type { DynamodbClient } from './client.ts';

/** A table as the local stack knows it. */
export interface Table {
  readonly name: string;
  readonly keyAttributes: readonly string[];
  /** Present when the template gives the table a stream. */
  readonly streamArn?: string;
  /** The attribute that holds an item's expiry in epoch seconds, when the template turns TTL on. */
  readonly ttlAttribute?: string;
}

interface TableProperties {
  readonly AttributeDefinitions: readonly object[];
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly BillingMode?: string;
  readonly ProvisionedThroughput?: object;
  readonly GlobalSecondaryIndexes?: readonly object[];
  readonly LocalSecondaryIndexes?: readonly object[];
  readonly StreamSpecification?: { readonly StreamViewType: string };
  readonly TimeToLiveSpecification?: { readonly Enabled: boolean; readonly AttributeName?: string };
}

/** Creates the tables of the template that the engine does not have yet. */
export async function deployTables(template: StackTemplate, client: DynamodbClient): Promise<Table[]> {
  const resources = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) =>
    template.ofType<TableProperties>(type),
  );
  const tables: Table[] = [];
  for (const { logicalId, ref, attributes, properties } of resources) {
    try {
      await createTable(ref, properties, client);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      template.unserved(`${logicalId}: the engine makes no such table: ${error.message}`);
      continue;
    }
    const ttl = properties.TimeToLiveSpecification;
    tables.push({
      name: ref,
      keyAttributes: properties.KeySchema.map(({ AttributeName }) => AttributeName),
      ...(properties.StreamSpecification === undefined ? {} : { streamArn: attributes.StreamArn ?? '' }),
      ...(ttl?.Enabled && ttl.AttributeName !== undefined ? { ttlAttribute: ttl.AttributeName } : {}),
    });
  }
  return tables;
}

/**
 * The tables that an event source names and the template does not hold: a restored one that the deployment adopts.
 * Throws a `LocalStackError` for one that is not there.
 */
export async function adoptedTables(
  template: StackTemplate,
  own: readonly Table[],
  client: DynamodbClient,
): Promise<Table[]> {
  const sources = template
    .ofType<{ readonly EventSourceArn: string }>('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => properties.EventSourceArn)
    .filter((arn) => arn?.includes(':dynamodb:'));
  const foreign = new Set(sources.filter((arn) => !own.some(({ streamArn }) => streamArn === arn)));
  return Promise.all([...foreign].map((arn) => adoptedTable(arn, client)));
}

async function adoptedTable(streamArn: string, client: DynamodbClient): Promise<Table> {
  const name = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1] ?? streamArn;
  try {
    const { Table } = await client.call<{ Table: TableProperties }>('DescribeTable', { TableName: name });
    const { TimeToLiveDescription: ttl } = await client.call<{
      TimeToLiveDescription: { readonly AttributeName?: string };
    }>('DescribeTimeToLive', { TableName: name });
    return {
      name,
      keyAttributes: Table.KeySchema.map(({ AttributeName }) => AttributeName),
      streamArn,
      ...(ttl.AttributeName === undefined ? {} : { ttlAttribute: ttl.AttributeName }),
    };
  } catch (error) {
    if (!(error instanceof AwsError && error.name === 'ResourceNotFoundException')) throw error;
    throw new LocalStackError(
      `the template reads the stream of the table ${name}, which is not there: restore it, or take restoredTableStreamArn out of the configuration`,
    );
  }
}

/** Encryption, backups and deletion protection are left out: they change nothing that one machine can show. */
async function createTable(name: string, properties: TableProperties, client: DynamodbClient): Promise<void> {
  const { StreamSpecification: stream } = properties;
  try {
    await client.call('CreateTable', {
      TableName: name,
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: properties.KeySchema,
      BillingMode: properties.BillingMode ?? 'PROVISIONED',
      ProvisionedThroughput: properties.ProvisionedThroughput,
      GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
      LocalSecondaryIndexes: properties.LocalSecondaryIndexes,
      ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
    });
  } catch (error) {
    if (!(error instanceof AwsError && error.name === 'ResourceInUseException')) throw error;
  }
  while (!(await isActive(name, client))) await delay(20);
}

async function isActive(name: string, client: DynamodbClient): Promise<boolean> {
  const { Table: table } = await client.call<{ Table: { TableStatus: string } }>('DescribeTable', {
    TableName: name,
  });
  return table.TableStatus === 'ACTIVE';
}
