import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { awsCaller, type Caller } from './aws-caller.ts';
import { synthesizeFixture } from './fixture/app.ts';

let stack: LocalStack;
let startedAt: number;
let dynamodb: Caller;
let secrets: Caller;

beforeAll(async () => {
  const assemblyDir = synthesizeFixture();
  startedAt = Date.now();
  // Nothing is swept but when a test says so.
  stack = await startStack({ assemblyDir, log: null, expiryIntervalMilliseconds: 3_600_000 });
  dynamodb = awsCaller(stack.dynamodbEndpoint, 'DynamoDB_20120810', stack.credentials.accessKeyId);
  secrets = awsCaller(stack.secretsEndpoint, 'secretsmanager', stack.credentials.accessKeyId);
});
afterAll(() => stack.stop());

interface Seen {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the function saw
  readonly record: any;
  readonly attempts: number;
  readonly order: number;
}

/** What the stream's function with this logical id kept of an item. */
async function seen(functionPrefix: string, id: string): Promise<Seen | undefined> {
  const { Item } = await dynamodb('GetItem', {
    TableName: stack.physicalId('Seen'),
    Key: { id: { S: `${functionNamed(functionPrefix)} ${id}` } },
  });
  return Item && JSON.parse(Item.seen.S);
}

const functionNamed = (prefix: string): string | undefined =>
  Object.entries(stack.functionsByLogicalId).find(([logicalId]) => logicalId.startsWith(prefix))?.[1];

const put = (id: string, attributes = {}) =>
  dynamodb('PutItem', { TableName: stack.physicalId('Items'), Item: { id: { S: id }, ...attributes } });

const putAll = (items: readonly { id: string; refuse?: number }[]) =>
  dynamodb('TransactWriteItems', {
    TransactItems: items.map(({ id, refuse = 0 }) => ({
      Put: { TableName: stack.physicalId('Items'), Item: { id: { S: id }, refuse: { N: String(refuse) } } },
    })),
  });

describe('a stream', () => {
  test('reaches its functions with the record, in the order of the writes', async () => {
    const ids = Array.from({ length: 30 }, () => randomUUID());
    for (const id of ids) await put(id);
    await stack.idle();
    const all = await Promise.all(ids.map((id) => seen('Everything', id)));
    const orders = all.map((each) => each?.order ?? 0);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
    expect(all[0]?.record).toMatchObject({
      eventName: 'INSERT',
      awsRegion: 'us-east-1',
      eventSource: 'aws:dynamodb',
      eventSourceARN: expect.stringContaining(`:table/${stack.physicalId('Items')}/stream/`),
      dynamodb: { NewImage: { id: { S: ids[0] } } },
    });
    expect(all[0]?.record).not.toHaveProperty('userIdentity');
  });

  test('goes on at the item that a function reports as failed, and delivers it again', async () => {
    const [before, failing, after] = [randomUUID(), randomUUID(), randomUUID()];
    // One transaction, so that they come in one batch.
    await putAll([{ id: before }, { id: failing, refuse: 2 }, { id: after }]);
    await stack.idle();
    expect(await seen('Everything', failing)).toMatchObject({ attempts: 3 });
    expect(await seen('Everything', before)).toMatchObject({ attempts: 1 });
    expect((await seen('Everything', after))?.order).toBeGreaterThan(
      (await seen('Everything', failing))?.order ?? 0,
    );
  });

  test('is bisected around an item that always fails, which is given up', async () => {
    const poison = randomUUID();
    const good = Array.from({ length: 4 }, () => randomUUID());
    const [first = '', second = '', ...rest] = good;
    await putAll([first, second, poison, ...rest].map((id) => ({ id, refuse: id === poison ? 4 : 0 })));
    await stack.idle();
    for (const id of good) expect(await seen('Bisected', id), id).toBeDefined();
    expect(await seen('Bisected', poison)).toBeUndefined();
  });

  test('that is filtered brings only what matches', async () => {
    const id = randomUUID();
    await put(id);
    await dynamodb('DeleteItem', { TableName: stack.physicalId('Items'), Key: { id: { S: id } } });
    await stack.idle();
    expect((await seen('Everything', id))?.record.eventName).toBe('REMOVE');
    expect(await seen('Expired', id)).toBeUndefined();
  });
});

describe('an item that has expired', () => {
  const seconds = (offset: number) => ({ ttl: { N: String(Math.floor(Date.now() / 1000) + offset) } });

  test('is deleted, and its stream record says that the service did it', async () => {
    const id = randomUUID();
    await put(id, seconds(-10));
    expect(await stack.sweepExpired()).toBeGreaterThan(0);
    await stack.idle();
    expect((await seen('Expired', id))?.record).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { OldImage: { id: { S: id } } },
    });
  });

  test.each([
    ['in the future', { ttl: { N: '99999999999' } }],
    ['more than five years back', { ttl: { N: '1000000000' } }],
    ['a text', { ttl: { S: '1' } }],
  ])('is kept when its expiry is %s', async (_, attributes) => {
    const id = randomUUID();
    await put(id, attributes);
    await stack.sweepExpired();
    const { Item } = await dynamodb('GetItem', {
      TableName: stack.physicalId('Items'),
      Key: { id: { S: id } },
    });
    expect(Item).toBeDefined();
  });

  test('and is deleted by a caller is no deletion of the service', async () => {
    const id = randomUUID();
    await put(id, seconds(-10));
    await dynamodb('DeleteItem', { TableName: stack.physicalId('Items'), Key: { id: { S: id } } });
    await stack.sweepExpired();
    await stack.idle();
    expect(await seen('Expired', id)).toBeUndefined();
  });
});

describe('a secret', () => {
  const value = async (id: string, more = {}) =>
    (await secrets('GetSecretValue', { SecretId: id, ...more })).SecretString;

  test('is rotated by its function before the stack is ready, and again on demand', async () => {
    const id = stack.physicalId('Secret');
    const before = await value(id);
    expect(before).toMatch(/^(after )+first$/);
    await stack.rotateSecret('Secret');
    expect(await value(id)).toBe(`after ${before}`);
    expect(await value(id, { VersionStage: 'AWSPREVIOUS' })).toBe(before);
    await expect(value(id, { VersionStage: 'AWSPENDING' })).rejects.toThrow('ResourceNotFoundException');
    const { VersionIdsToStages, RotationEnabled } = await secrets('DescribeSecret', { SecretId: id });
    expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
    expect(RotationEnabled).toBe(true);
  });

  test('keeps its value when a step of the rotation fails, and the next rotation goes on with the same version', async () => {
    const id = stack.physicalId('Secret');
    await secrets('PutSecretValue', { SecretId: id, SecretString: 'fail in testSecret' });
    await expect(stack.rotateSecret('Secret')).rejects.toThrow('failed in testSecret: told to fail');
    expect(await value(id)).toBe('fail in testSecret');
    expect(await value(id, { VersionStage: 'AWSPENDING' })).toBe('after fail in testSecret');
    await expect(secrets('RotateSecret', { SecretId: id })).rejects.toThrow('InvalidRequestException');
    await expect(stack.rotateSecret('Secret')).rejects.toThrow('testSecret');
    await secrets('PutSecretValue', { SecretId: id, SecretString: 'repaired' });
    await stack.rotateSecret('Secret');
    expect(await value(id)).toBe('after fail in testSecret');
  });

  test('is generated as the template describes it', async () => {
    const generated = JSON.parse(await value(stack.physicalId('Generated')));
    expect(generated).toMatchObject({ user: 'ada', password: expect.stringMatching(/^.{20}$/) });
  });

  test('is found by its name, its ARN, and its ARN without the random end', async () => {
    const { ARN, Name } = await secrets('DescribeSecret', { SecretId: stack.physicalId('Generated') });
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:.+-\w{6}$/);
    for (const id of [Name, ARN, ARN.slice(0, -7)]) expect(await value(id)).toContain('ada');
  });

  test.each([
    ['a secret that is not there', 'GetSecretValue', { SecretId: 'nothing' }, 'ResourceNotFoundException'],
    [
      'a version that is not there',
      'GetSecretValue',
      { VersionId: randomUUID() },
      'ResourceNotFoundException',
    ],
    [
      'a label that is on another version',
      'UpdateSecretVersionStage',
      { VersionStage: 'AWSCURRENT' },
      'InvalidParameterException',
    ],
    ['a rotation that is not set up', 'RotateSecret', {}, 'InvalidRequestException'],
    ['an action that is not served', 'DeleteSecret', {}, 'UnknownOperationException'],
  ])('answers for %s with the service’s error', async (_, action, input, error) => {
    const call = secrets(action, { SecretId: stack.physicalId('Generated'), ...input });
    await expect(call).rejects.toThrow(error);
  });

  test('does not take another value under a version that has one', async () => {
    const input = {
      SecretId: stack.physicalId('Generated'),
      ClientRequestToken: randomUUID(),
      VersionStages: ['MINE'],
    };
    await secrets('PutSecretValue', { ...input, SecretString: 'a' });
    await secrets('PutSecretValue', { ...input, SecretString: 'a' });
    await expect(secrets('PutSecretValue', { ...input, SecretString: 'b' })).rejects.toThrow(
      'ResourceExistsException',
    );
  });

  test('is created once', async () => {
    const input = { Name: `created-${randomUUID()}`, SecretString: 'mine' };
    await secrets('CreateSecret', input);
    expect(await value(input.Name)).toBe('mine');
    await expect(secrets('CreateSecret', input)).rejects.toThrow('ResourceExistsException');
  });
});

describe('a schedule', () => {
  test('calls its function when it is due, with EventBridge’s event', async () => {
    const read = () =>
      dynamodb('GetItem', { TableName: stack.physicalId('Seen'), Key: { id: { S: 'scheduled' } } });
    await stack.tick(startedAt + 3_600_000 - 1);
    expect((await read()).Item).toBeUndefined();
    await stack.tick(Date.now() + 3_601_000);
    const event = JSON.parse((await read()).Item.seen.S);
    expect(event).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
  });
});

describe('a service that fails', () => {
  afterEach(() => {
    stack.resumeDynamodb();
    stack.resumeSecrets();
  });

  test('refuses every call while it is down, and serves again after', async () => {
    stack.pauseDynamodb();
    // The first may fail on a connection that was open; the second has to make one.
    for (const _ of [1, 2]) await expect(dynamodb('ListTables', {})).rejects.toThrow('fetch failed');
    stack.resumeDynamodb();
    expect((await dynamodb('ListTables', {})).TableNames).toContain(stack.physicalId('Items'));
  });

  test('answers late while it is slow', async () => {
    stack.pauseSecrets({ delayMilliseconds: 300 });
    const calledAt = performance.now();
    await secrets('DescribeSecret', { SecretId: stack.physicalId('Secret') });
    expect(performance.now() - calledAt).toBeGreaterThan(290);
  });

  test('does not stop a stream for good', async () => {
    stack.pauseDynamodb();
    await new Promise((resolve) => setTimeout(resolve, 300));
    stack.resumeDynamodb();
    const id = randomUUID();
    await put(id);
    await stack.idle();
    expect(await seen('Everything', id)).toBeDefined();
  });

  test('that the stack does not have is refused, and no call leaves the machine', async () => {
    const sqs = awsCaller(stack.secretsEndpoint, 'AmazonSQS', stack.credentials.accessKeyId);
    await expect(sqs('SendMessage', {})).rejects.toThrow('UnknownOperationException');
  });
});

/** The addresses at which the port of a URL is listened to, as the kernel writes them. */
function listeningAt(url: string): (string | undefined)[] {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${port}`))
      .map(([, local]) => local?.split(':')[0]),
  );
}

test('everything listens on 127.0.0.1 only, and the API on ::1 too where there is one', () => {
  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === '::1');
  const [ipv4, ipv6] = ['0100007F', '00000000000000000000000001000000'];
  expect(listeningAt(stack.url)).toEqual(hasIpv6 ? [ipv4, ipv6] : [ipv4]);
  for (const url of [stack.dynamodbEndpoint, stack.secretsEndpoint]) expect(listeningAt(url)).toEqual([ipv4]);
});

test('the API is called by a name, and answers at the addresses of that name', async () => {
  const { port } = new URL(stack.url);
  expect(stack.url).toBe(`http://localhost:${port}`);
  const statuses = ['127.0.0.1', 'localhost'].map(async (host) => {
    const { status } = await fetch(`http://${host}:${port}/hello`);
    return status;
  });
  expect(await Promise.all(statuses)).toEqual([200, 200]);
});
