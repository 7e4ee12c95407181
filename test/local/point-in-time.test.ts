import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamodbClient, type Item } from '../../local/dynamodb/client.ts';
import { type Engine, startEngine } from '../../local/dynamodb/engine.ts';
import { PointInTime } from '../../local/dynamodb/point-in-time.ts';

/** Point-in-time recovery, as DynamoDB has it, on an engine that has none. */
const folder = mkdtempSync(join(tmpdir(), 'point-in-time-'));
let engine: Engine;
let tables: PointInTime;

beforeAll(async () => {
  engine = await startEngine(folder);
  tables = new PointInTime(new DynamodbClient(engine.endpoint));
});
afterAll(async () => {
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: an answer of DynamoDB.
async function call(action: string, input: object): Promise<any> {
  const { body } = await tables.serve({
    accessKeyId: 'local',
    service: 'DynamoDB_20120810',
    action,
    path: '/',
    body: Buffer.from(JSON.stringify(input)),
    contentType: 'application/x-amz-json-1.0',
    isAsynchronous: false,
  });
  return JSON.parse(body.toString());
}

const item = (id: string, value: string): Item => ({ PK: { S: id }, SK: { S: 'x' }, v: { S: value } });
const put = (Item: Item) => call('PutItem', { TableName: 'first', Item });

test('a table is restored as another one, to what it was at a second', async () => {
  const keys = ['PK', 'SK'];
  await call('CreateTable', {
    TableName: 'first',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index ? 'RANGE' : 'HASH' })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  for (let each = 0; each < 60; each += 1) await put(item(`many-${each}`, 'old'));
  await put(item('changed', 'old'));
  await put(item('gone', 'old'));
  await sleep(1_100);
  const at = Math.floor(Date.now() / 1000);
  await sleep(1_100);
  await put(item('changed', 'new'));
  await put(item('changed', 'newest'));
  await put(item('made', 'new'));
  await call('DeleteItem', { TableName: 'first', Key: { PK: { S: 'gone' }, SK: { S: 'x' } } });
  await put(item('gone', 'again'));

  const source = { SourceTableName: 'first', TargetTableName: 'second' };
  const { TableDescription } = await call('RestoreTableToPointInTime', { ...source, RestoreDateTime: at });
  expect(TableDescription).not.toHaveProperty('LatestStreamArn');
  const { Items } = await call('Scan', { TableName: 'second' });
  const values = Object.fromEntries(Items.map(({ PK, v }: Item) => [PK?.S, v?.S]));
  expect(Items).toHaveLength(62);
  expect(values).toMatchObject({ changed: 'old', gone: 'old', 'many-59': 'old' });
  expect(values).not.toHaveProperty('made');
});

test('a time that cannot be restored is refused, with the window that can', async () => {
  const { ContinuousBackupsDescription } = await call('DescribeContinuousBackups', { TableName: 'first' });
  const { EarliestRestorableDateTime: earliest } =
    ContinuousBackupsDescription.PointInTimeRecoveryDescription;
  await expect(
    call('RestoreTableToPointInTime', {
      SourceTableName: 'first',
      TargetTableName: 'third',
      RestoreDateTime: earliest - 10,
    }),
  ).rejects.toMatchObject({ name: 'InvalidRestoreTimeException' });
});

test('a table is named by an ARN of the stack’s Region and account, as templates name it', async () => {
  const { Table } = await call('DescribeTable', { TableName: 'first' });
  expect(Table.TableArn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/first');
  expect(Table.LatestStreamArn).toMatch(/^arn:aws:dynamodb:us-east-1:000000000000:table\/first\/stream\//);
});
