import { BatchWriteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Trace } from './probes/flow.ts';

/** Removes everything of the doctor's tenant from the table, whoever's rights the AWS SDK finds. Gives how many items. */
export async function removeTenant(
  TableName: string,
  { email, tenantId, keys, tokens }: Trace,
): Promise<number> {
  const client = new DynamoDBClient({});
  const claims = tokens.map((token) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
  );
  const partitions = [
    `EMAIL#${email}`,
    ...(tenantId === undefined ? [] : [`TENANT#${tenantId}`]),
    ...keys.map((key) => `KEY#${key.slice(-50, -38)}`),
    ...claims.flatMap(({ sub, sid }) => [`USER#${sub}`, `SESSION#${sid}`]),
  ];
  let removed = 0;
  for (const partition of new Set(partitions)) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
        ProjectionExpression: 'PK, SK',
      }),
    );
    // 25 is the most of one BatchWriteItem.
    for (let start = 0; start < Items.length; start += 25) {
      const batch = Items.slice(start, start + 25).map((Key) => ({ DeleteRequest: { Key } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: batch } }));
    }
    removed += Items.length;
  }
  client.destroy();
  return removed;
}
