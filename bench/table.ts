import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../test/support/dynamodb-engine.ts';

/**
 * Creates a table with the keys of the stack's, and without its stream: in the embedded engine, each write of a table
 * with a stream costs the more the more records the stream has, which would soon be all that is measured. In DynamoDB
 * a stream is written beside the table and costs a write nothing.
 * @returns the table's name
 */
export async function createTableWithoutStream(endpoint: string): Promise<string> {
  const client = new DynamoDBClient({ endpoint, region: ENGINE_REGION, credentials: ENGINE_CREDENTIALS });
  const TableName = `latchkey-bench-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'PK', AttributeType: 'S' },
        { AttributeName: 'SK', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName });
  client.destroy();
  return TableName;
}
