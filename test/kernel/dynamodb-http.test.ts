import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { BatchGetItemCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DynamoDbError } from '../../lambdas/kernel/dynamodb-error.ts';
import { createDynamoDbHttp, type DynamoDbHttpOptions } from '../../lambdas/kernel/dynamodb-http.ts';
import type { AttributeValue, Item } from '../../lambdas/kernel/items.ts';
import type { BatchGetItemInput, Operation, UpdateItemInput } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { sdkCalls } from '../../ops/dynamodb-calls.ts';
import { selfSigned } from '../support/certificate.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION, type Engine, startEngine } from '../support/dynamodb-engine.ts';

/**
 * Holds the authorizer's DynamoDB client to the SDK. First both run the same calls against the same engine; then both meet a
 * server that fails in the ways that an engine cannot be asked to.
 */
type SdkItem = NonNullable<UpdateItemCommand['input']['Key']>;
type SdkValue = SdkItem[string];

/** The one difference in shape: binary is base64 here and bytes in the SDK. */
function toSdk(value: AttributeValue): SdkValue {
  if (value.B !== undefined) return { B: Buffer.from(value.B, 'base64') };
  if (value.BS) return { BS: value.BS.map((each) => Buffer.from(each, 'base64')) };
  if (value.M) return { M: itemToSdk(value.M) };
  if (value.L) return { L: value.L.map(toSdk) };
  return value as SdkValue;
}

function fromSdk(value: SdkValue): AttributeValue {
  if (value.B) return { B: Buffer.from(value.B).toString('base64') };
  if (value.BS) return { BS: value.BS.map((each) => Buffer.from(each).toString('base64')) };
  if (value.M) return { M: itemFromSdk(value.M) };
  if (value.L) return { L: value.L.map(fromSdk) };
  return value as AttributeValue;
}

const mapItem = <A, B>(item: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, change(value)]));
const itemToSdk = (item: Item): SdkItem => mapItem(item, toSdk);
const itemFromSdk = (item: SdkItem): Item => mapItem(item, fromSdk);

const sdkUpdateItem = ({ Key, ExpressionAttributeValues, ...rest }: UpdateItemInput): UpdateItemCommand =>
  new UpdateItemCommand({
    ...(rest as UpdateItemCommand['input']),
    Key: itemToSdk(Key),
    ExpressionAttributeValues: ExpressionAttributeValues && itemToSdk(ExpressionAttributeValues),
  });

const sdkBatchGetItem = (input: BatchGetItemInput): BatchGetItemCommand =>
  new BatchGetItemCommand(input as unknown as BatchGetItemCommand['input']);

/** What a caller can see of a call, in one shape for both clients. Sets and batches have no order. */
type Outcome =
  | { attributes: unknown; tables?: unknown }
  | { error: string; message: string; status: unknown; item: unknown };

async function outcome(call: Promise<object>, item: (item: never) => Item): Promise<Outcome> {
  try {
    const { Attributes, Responses } = (await call) as {
      Attributes?: never;
      Responses?: Record<string, never[]>;
    };
    return {
      attributes: Attributes && sorted(item(Attributes)),
      tables: Responses && mapItem(Responses, (items) => items.map((each) => sorted(item(each))).sort(byKey)),
    };
  } catch (thrown) {
    const error = thrown as DynamoDbError & { $metadata?: { httpStatusCode?: number }; Item?: never };
    return {
      error: error.name,
      message: error.message,
      status: error.status ?? error.$metadata?.httpStatusCode,
      item: error.Item && sorted(item(error.Item)),
    };
  }
}

const byKey = (a: Item, b: Item) => ((a.PK?.S ?? '') < (b.PK?.S ?? '') ? -1 : 1);

/** Attributes by name and sets by value. */
function sorted(item: Item): Item {
  const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      mapItem(value as Record<string, unknown>, (inner) =>
        Array.isArray(inner) && typeof inner[0] === 'string' ? [...inner].sort() : inner,
      ),
    ]),
  );
}

/** What a call came to: its output in a fixed order, or what its error says. */
async function settled(call: Promise<object>): Promise<unknown> {
  try {
    const { $metadata: _, ...output } = (await call) as {
      $metadata?: unknown;
      Items?: readonly Item[];
    };
    return output.Items === undefined ? output : { ...output, Items: [...output.Items].sort(byKey) };
  } catch (thrown) {
    const error = thrown as DynamoDbError & { $metadata?: { httpStatusCode?: number } };
    return {
      name: error.name,
      message: error.message,
      status: error.status ?? error.$metadata?.httpStatusCode,
      reasons: error.CancellationReasons,
    };
  }
}

/** Longer than a busy machine takes: only what is asked to end earlier does. */
const PATIENT = { deadlineMs: 30_000, attemptTimeoutMs: 30_000 };

const key = (name: string) => ({ PK: { S: name }, SK: { S: 'KEY' } });
const item = (name: string, more: Item = {}) => ({ ...key(name), ...more });

describe('against the engine, like the SDK', () => {
  let engine: Engine;
  let sdk: DynamoDBClient;
  let client: ReturnType<typeof createDynamoDbHttp>;
  let ourTable: string;
  let sdkTable: string;

  beforeAll(async () => {
    engine = await startEngine();
    const { endpoint } = engine;
    sdk = new DynamoDBClient({ endpoint, region: ENGINE_REGION, credentials: ENGINE_CREDENTIALS });
    client = createDynamoDbHttp({
      endpoint,
      region: ENGINE_REGION,
      credentials: () => ENGINE_CREDENTIALS,
      ...PATIENT,
    });
    [ourTable, sdkTable] = await Promise.all([engine.createTable(), engine.createTable()]);
    for (const TableName of [ourTable, sdkTable]) {
      for (const name of ['there', 'also there']) {
        await sdk.send(sdkUpdateItem({ TableName, Key: key(name), ...set({ st: { S: 'active' } }) }));
      }
    }
  });

  afterAll(async () => {
    sdk?.destroy();
    await engine?.stop();
  });

  /** Placeholders are numbered: the engine dies of one that is not ASCII. */
  const set = (values: Item) => ({
    UpdateExpression: `SET ${Object.keys(values).map((_, i) => `#n${i} = :v${i}`)}`,
    ExpressionAttributeNames: Object.fromEntries(Object.keys(values).map((name, i) => [`#n${i}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.values(values).map((value, i) => [`:v${i}`, value])),
    ReturnValues: 'ALL_NEW' as const,
  });
  const refused = {
    UpdateExpression: 'SET st = :st',
    ConditionExpression: 'st = :other',
    ExpressionAttributeValues: { ':st': { S: 'active' }, ':other': { S: 'revoked' } },
  };

  const updates: Record<string, Omit<UpdateItemInput, 'TableName'>> = {
    'a write returns the whole new item': { Key: key('new'), ...set({ tenant: { S: 't1' } }) },
    'a write that asks for nothing returns nothing': {
      Key: key('there'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
    'a failed condition carries the item as it was': {
      Key: key('there'),
      ...refused,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    'a failed condition on no item carries none': {
      Key: key('absent'),
      ...refused,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    'a failed condition that did not ask carries no item': { Key: key('there'), ...refused },
    'an expression that is none is a ValidationException': { Key: key('there'), UpdateExpression: 'SET =' },
    'a reserved word is a ValidationException': {
      Key: key('there'),
      UpdateExpression: 'SET status = :s',
      ExpressionAttributeValues: { ':s': { S: 'x' } },
    },
    'an empty key is a ValidationException': {
      Key: { PK: { S: '' }, SK: { S: 'KEY' } },
      ...set({ a: { S: 'x' } }),
    },
    'a key of the wrong type is a ValidationException': {
      Key: { PK: { N: '1' }, SK: { S: 'KEY' } },
      ...set({ a: { S: 'x' } }),
    },
    'an item over 400 KB is a ValidationException': {
      Key: key('big'),
      ...set({ a: { S: 'x'.repeat(410_000) } }),
    },
    'bytes come back as they went': {
      Key: key('binary'),
      ...set({
        hash: { B: Buffer.from([0, 255, 128, 10]).toString('base64') },
        set: { BS: ['AA==', '/w=='] },
      }),
    },
    'text of any script comes back as it went': {
      Key: key('ключ 🔑 \u0000\u2028"\\'),
      ...set({ ä: { S: '𝒳 é e\u0301 \n\t\u0000 \ud83d\ude00 <&>' }, empty: { S: '' } }),
    },
    'numbers keep their 38 digits': {
      Key: key('numbers'),
      ...set({
        long: { N: '12345678901234567890123456789012345678' },
        small: { N: '-0.000000000000000000000000000001' },
        large: { N: '1e100' },
        set: { NS: ['1', '2.5', '-3'] },
      }),
    },
    'maps, lists, sets, booleans and null nest': {
      Key: key('nested'),
      ...set({
        map: {
          M: { list: { L: [{ S: 'a' }, { NULL: true }, { M: { deep: { BOOL: false } } }] }, none: { M: {} } },
        },
        texts: { SS: ['b', 'a', 'ü'] },
      }),
    },
  };

  it.each(Object.entries(updates))('%s', async (_, update) => {
    const ours = await outcome(client.updateItem({ ...update, TableName: ourTable }), (item) => item);
    const sdks = await outcome(sdk.send(sdkUpdateItem({ ...update, TableName: sdkTable })), itemFromSdk);
    expect(ours).toEqual(sdks);
  });

  it('the cases above are what their names say', async () => {
    const of = (name: string) =>
      outcome(
        client.updateItem({ ...(updates[name] as UpdateItemInput), TableName: ourTable }),
        (item) => item,
      );
    expect(await of('a write returns the whole new item')).toMatchObject({
      attributes: { tenant: { S: 't1' } },
    });
    expect(await of('a failed condition carries the item as it was')).toMatchObject({
      error: 'ConditionalCheckFailedException',
      status: 400,
      item: { ...key('there'), st: { S: 'active' } },
    });
    expect(await of('a reserved word is a ValidationException')).toMatchObject({
      error: 'ValidationException',
    });
  });

  it('a table that is missing is a ResourceNotFoundException', async () => {
    const input = { TableName: 'missing-table', Key: key('there') };
    const ours = await outcome(client.updateItem(input), (item) => item);
    expect(ours).toMatchObject({ error: 'ResourceNotFoundException', status: 400 });
    expect(ours).toEqual(await outcome(sdk.send(sdkUpdateItem(input)), itemFromSdk));
  });

  const missingTable = 'missing-table';
  const batches: Record<string, (table: string) => BatchGetItemInput> = {
    'a batch returns the items that exist and no others': (table) => ({
      RequestItems: {
        [table]: { Keys: [key('there'), key('also there'), key('absent')], ConsistentRead: true },
      },
    }),
    'a batch of missing items is an empty list': (table) => ({
      RequestItems: { [table]: { Keys: [key('absent')] } },
    }),
    'a batch projects attributes': (table) => ({
      RequestItems: {
        [table]: {
          Keys: [key('there')],
          ProjectionExpression: '#s',
          ExpressionAttributeNames: { '#s': 'st' },
        },
      },
    }),
    'a batch with a key twice is a ValidationException': (table) => ({
      RequestItems: { [table]: { Keys: [key('there'), key('there')] } },
    }),
    'a batch without keys is a ValidationException': () => ({ RequestItems: {} }),
    'a batch from a missing table is a ResourceNotFoundException': () => ({
      RequestItems: { [missingTable]: { Keys: [key('there')] } },
    }),
  };

  it.each(Object.entries(batches))('%s', async (_, batch) => {
    const ours = await outcome(client.batchGetItem(batch(sdkTable)), (item) => item);
    const sdks = await outcome(sdk.send(sdkBatchGetItem(batch(sdkTable))), itemFromSdk);
    expect(ours).toEqual(sdks);
  });

  const blocks = { B: Buffer.from([0, 255, 128, 10]).toString('base64') };
  const failing = { ConditionExpression: 'attribute_not_exists(PK)' };
  /** In this order: what one writes, the next ones read. */
  const calls: Record<string, (TableName: string) => readonly [Operation, object]> = {
    'many items are written at once': (TableName) => [
      'BatchWriteItem',
      {
        RequestItems: {
          [TableName]: ['a', 'b', 'c'].map((name) => ({ PutRequest: { Item: item(name, { blocks }) } })),
        },
      },
    ],
    'binary sets are written': (TableName) => [
      'BatchWriteItem',
      {
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: item('sets', { sets: { BS: ['AA==', '/w=='] } }) } }],
        },
      },
    ],
    'binary sets are read': (TableName) => ['GetItem', { TableName, Key: key('sets') }],
    'an item is read': (TableName) => ['GetItem', { TableName, Key: key('a'), ConsistentRead: true }],
    'an item that is not there is not read': (TableName) => ['GetItem', { TableName, Key: key('absent') }],
    'an item is read by a key of the wrong type': (TableName) => [
      'GetItem',
      { TableName, Key: { PK: { N: '1' }, SK: { S: 'KEY' } } },
    ],
    'a partition is read, page by page': (TableName) => [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'PK = :partition AND begins_with(SK, :prefix)',
        ExpressionAttributeValues: { ':partition': { S: 'a' }, ':prefix': { S: 'K' } },
        Limit: 1,
      },
    ],
    'the next page of a partition is empty': (TableName) => [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'PK = :partition',
        ExpressionAttributeValues: { ':partition': { S: 'a' } },
        ExclusiveStartKey: key('a'),
      },
    ],
    'a query without its values': (TableName) => [
      'Query',
      { TableName, KeyConditionExpression: 'PK = :partition' },
    ],
    'the whole table is read': (TableName) => [
      'Scan',
      {
        TableName,
        FilterExpression: 'SK = :sort',
        ExpressionAttributeValues: { ':sort': { S: 'KEY' } },
        ConsistentRead: true,
      },
    ],
    'an item is deleted': (TableName) => ['DeleteItem', { TableName, Key: key('c') }],
    'an item is not deleted against its condition': (TableName) => [
      'DeleteItem',
      { TableName, Key: key('b'), ...failing },
    ],
    'a transaction is written': (TableName) => [
      'TransactWriteItems',
      {
        ClientRequestToken: TableName.slice(-36),
        TransactItems: [
          { Put: { TableName, Item: item('d', { blocks }), ...failing } },
          {
            Update: {
              TableName,
              Key: key('a'),
              UpdateExpression: 'SET n = :one',
              ExpressionAttributeValues: { ':one': { N: '1' } },
            },
          },
          { Delete: { TableName, Key: key('b') } },
        ],
      },
    ],
    'a transaction is cancelled, and says which writes spoke against it': (TableName) => [
      'TransactWriteItems',
      {
        TransactItems: [
          { ConditionCheck: { TableName, Key: key('absent'), ...failing } },
          { Put: { TableName, Item: item('d'), ...failing } },
          {
            Put: {
              TableName,
              Item: item('a', { blocks }),
              ...failing,
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      },
    ],
    'a transaction of nothing': () => ['TransactWriteItems', { TransactItems: [] }],
    ...Object.fromEntries(
      (['GetItem', 'DeleteItem'] as const).map((operation) => [
        `${operation} of a missing table`,
        () => [operation, { TableName: missingTable, Key: key('a') }] as const,
      ]),
    ),
  };

  describe('every operation', () => {
    const answers = { ours: new Map<string, unknown>(), sdks: new Map<string, unknown>() };
    beforeAll(async () => {
      const [ours, sdks] = await Promise.all([engine.createTable(), engine.createTable()]);
      for (const [name, call] of Object.entries(calls)) {
        answers.ours.set(name, await settled(client.call(...call(ours))));
        answers.sdks.set(name, await settled(sdkCalls(sdk).call(...call(sdks))));
      }
    });

    it.each(Object.keys(calls))('%s', (name) => {
      expect(answers.ours.get(name)).toEqual(answers.sdks.get(name));
    });

    it('the cases above are what their names say', () => {
      const read = answers.ours.get('an item is read');
      expect(read).toEqual({ Item: item('a', { blocks }) });
      expect(answers.ours.get('binary sets are read')).toEqual({
        Item: item('sets', { sets: { BS: ['AA==', '/w=='] } }),
      });
      expect(answers.ours.get('the whole table is read')).toMatchObject({ Count: 4 });
      expect(answers.ours.get('an item is not deleted against its condition')).toMatchObject({
        name: 'ConditionalCheckFailedException',
      });
      expect(
        answers.ours.get('a transaction is cancelled, and says which writes spoke against it'),
      ).toMatchObject({
        name: 'TransactionCanceledException',
        reasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed' },
          { Code: 'ConditionalCheckFailed', Item: item('a', { blocks, n: { N: '1' } }) },
        ],
      });
    });

    it('a transaction that is sent twice with one token is written once', async () => {
      const TableName = await engine.createTable();
      const input = {
        ClientRequestToken: TableName.slice(-36),
        TransactItems: [
          {
            Update: {
              TableName,
              Key: key('a'),
              UpdateExpression: 'ADD n :one',
              ExpressionAttributeValues: { ':one': { N: '1' } },
            },
          },
        ],
      };
      await client.call('TransactWriteItems', input);
      await client.call('TransactWriteItems', input);
      expect(await client.call('GetItem', { TableName, Key: key('a') })).toEqual({
        Item: item('a', { n: { N: '1' } }),
      });
    });
  });

  it('300 parallel calls count exactly 300, each answered with its own count', async () => {
    const patient = createDynamoDbHttp({
      endpoint: engine.endpoint,
      region: ENGINE_REGION,
      credentials: () => ENGINE_CREDENTIALS,
      ...PATIENT,
    });
    const answers = await Promise.all(
      Array.from({ length: 300 }, () =>
        patient.updateItem({
          TableName: ourTable,
          Key: key('counter'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    const counts = answers.map(({ Attributes }) => Number(Attributes?.n?.N)).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });
});

/** What the fault server does with one request. */
type Fault = (response: http.ServerResponse, request: http.IncomingMessage) => void;

const answer =
  (status: number, body: unknown): Fault =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const serviceError = (code: string, status = 400, message = 'told so'): Fault =>
  answer(status, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message });
const ok = answer(200, { Attributes: { n: { N: '1' } } });
const hang: Fault = () => {};
const reset: Fault = (_, request) => request.socket.resetAndDestroy();
const cutOff: Fault = (response) => {
  response.writeHead(200, { 'Content-Length': '1000' });
  response.write('{"Attributes":');
  setTimeout(() => response.destroy(), 5);
};

interface Received {
  headers: http.IncomingHttpHeaders;
  method: string | undefined;
  path: string | undefined;
  body: string;
}

/** Meets each request with the next fault, and then again and again with the last. */
async function faultServer(...faults: [Fault, ...Fault[]]) {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    request.on('error', () => {});
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.once('end', () => {
      const { headers, method, url: path } = request;
      const fault = faults[Math.min(received.length, faults.length - 1)] as Fault;
      received.push({ headers, method, path, body: Buffer.concat(chunks).toString() });
      fault(response, request);
    });
  });
  const endpoint = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint, received, server };
}

async function listening(server: net.Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What ends at its deadline, or at once, ends before this; a deadline that is not kept shows as that of `PATIENT`. */
const IN_TIME_MS = 15_000;

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session/token+=',
};
const region = 'eu-west-3';
const input: UpdateItemInput = { TableName: 'table', Key: key('a'), UpdateExpression: 'ADD n :ü' };

const ours = (endpoint: string, options: DynamoDbHttpOptions = {}) =>
  createDynamoDbHttp({ endpoint, region, credentials: () => credentials, ...PATIENT, ...options });
const theirs = (endpoint: string, maxAttempts = 2) =>
  new DynamoDBClient({ endpoint, region, credentials, maxAttempts });

/** Runs a call that must fail and returns its error and how long it took. */
async function failure(call: Promise<unknown>): Promise<{ error: DynamoDbError; ms: number }> {
  const start = performance.now();
  const error = await call.then(
    () => expect.unreachable('it must fail'),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DynamoDbError);
  return { error, ms: performance.now() - start };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('retries', () => {
  const recoverable: Record<string, Fault> = {
    'a throttled write': serviceError('ProvisionedThroughputExceededException'),
    'a transaction conflict': serviceError('TransactionConflictException'),
    'an internal error': serviceError('InternalServerError', 500),
    'a 503 without a body': answer(503, ''),
    'a 502 that is HTML': answer(502, '<html>Bad Gateway</html>'),
    'a request signed before a freeze': serviceError(
      'InvalidSignatureException',
      400,
      'Signature expired: 20260101T000000Z is now earlier than ...',
    ),
    'a connection that was reset': reset,
    'an answer that was cut off': cutOff,
    'an answer that does not come': hang,
  };
  it.each(Object.entries(recoverable))('%s is repeated and succeeds', async (_, fault) => {
    const { endpoint, received } = await faultServer(fault, ok);
    const client = ours(endpoint, fault === hang ? { attemptTimeoutMs: 1_000 } : {});
    expect(await client.updateItem(input)).toEqual({ Attributes: { n: { N: '1' } } });
    expect(received).toHaveLength(2);
  });

  // TransactionConflictException is the intended difference: the SDK gives up at once.
  it.each([
    ['ProvisionedThroughputExceededException', 400],
    ['RequestLimitExceeded', 400],
    ['ThrottlingException', 400],
    ['LimitExceededException', 400],
    ['TransactionInProgressException', 400],
    ['ReplicatedWriteConflictException', 400],
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
    ['TooManyRequests', 429],
    ['ConditionalCheckFailedException', 400],
    ['ItemCollectionSizeLimitExceededException', 400],
    ['ResourceNotFoundException', 400],
    ['ValidationException', 400],
    ['AccessDeniedException', 400],
    ['UnrecognizedClientException', 400],
    ['ExpiredTokenException', 400],
    ['InvalidSignatureException', 403],
    ['MissingAuthenticationTokenException', 400],
    ['SerializationException', 400],
    ['NotImplemented', 501],
  ])(
    '%s with status %i is repeated exactly if the SDK repeats it, and has its name',
    async (code, status) => {
      vi.spyOn(Math, 'random').mockReturnValue(0);
      const [mine, sdks] = await Promise.all([
        faultServer(serviceError(code, status)),
        faultServer(serviceError(code, status)),
      ]);
      const { error } = await failure(ours(mine.endpoint, { maxAttempts: 2 }).updateItem(input));
      const sdk = theirs(sdks.endpoint);
      const sdkError = await sdk.send(sdkUpdateItem(input)).catch((thrown) => thrown);
      sdk.destroy();
      expect([error.name, error.message, error.status]).toEqual([
        sdkError.name,
        sdkError.message,
        sdkError.$metadata.httpStatusCode,
      ]);
      expect(mine.received).toHaveLength(sdks.received.length);
      expect(error.retryable).toBe(sdks.received.length === 2);
    },
  );

  it.each([
    ['HTML with 500', 500, '<html>'],
    ['HTML with 400', 400, '<html>'],
    ['HTML with 200', 200, '<html>'],
    ['an empty 503', 503, ''],
    ['an error without a type', 400, '{}'],
    ['an error with Message in capitals', 400, '{"__type":"a#ValidationException","Message":"told so"}'],
    ['a type without a namespace', 400, '{"__type":"ValidationException","message":"told so"}'],
  ])('%s has the name that the SDK gives it', async (_, status, body) => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { endpoint } = await faultServer(answer(status, body));
    const { error } = await failure(ours(endpoint).updateItem(input));
    const sdk = theirs(endpoint);
    const sdkError = await sdk.send(sdkUpdateItem(input)).catch((thrown) => thrown);
    sdk.destroy();
    expect([error.name, error.status]).toEqual([sdkError.name, sdkError.$metadata.httpStatusCode]);
    // What the parser says of text that is not JSON is not worth copying.
    if (error.name !== 'SyntaxError') expect(error.message).toBe(sdkError.message);
  });

  it('permanent throttling ends before the deadline with the name of the throttling', async () => {
    const { endpoint, received } = await faultServer(serviceError('ThrottlingException'));
    // The last of the waits that double ends at 1.6 s: no attempt is cut off by the deadline.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const client = ours(endpoint, { deadlineMs: 2_000, maxAttempts: 1000 });
    const { error, ms } = await failure(client.updateItem(input));
    expect(error).toMatchObject({ name: 'ThrottlingException', status: 400, retryable: true });
    expect(ms).toBeLessThan(IN_TIME_MS);
    expect(received.length).toBeGreaterThan(2);
  });

  it('a request is sent as often as allowed and no more', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { endpoint, received } = await faultServer(serviceError('InternalServerError', 500));
    await failure(ours(endpoint, { maxAttempts: 3 }).updateItem(input));
    expect(received).toHaveLength(3);
  });

  it('the waits double and are drawn between nothing and the whole', async () => {
    const { endpoint } = await faultServer(serviceError('ThrottlingException'));
    const waits = async (random: number) => {
      vi.spyOn(Math, 'random').mockReturnValue(random);
      const timers = vi.spyOn(globalThis, 'setTimeout');
      const { ms } = await failure(ours(endpoint, { maxAttempts: 4 }).updateItem(input));
      const delays = timers.mock.calls.map(([, delay = 0]) => delay);
      timers.mockRestore();
      // The others are the deadlines of the attempts.
      return { ms, delays: delays.filter((delay) => delay < 1_000) };
    };
    expect((await waits(0)).delays).toEqual([0, 0, 0]);
    const { ms, delays } = await waits(0.999);
    expect(delays.map(Math.round)).toEqual([25, 50, 100]);
    expect(ms).toBeGreaterThan(25 + 50 + 100 - 10);
  });

  it.each([
    ['a throttle, which may take longer', serviceError('ThrottlingException'), [60, 120, 240]],
    ['anything else', serviceError('InternalServerError', 500), [25, 50, 100]],
  ] as const)('the waits after %s', async (_, fault, expected) => {
    const { endpoint } = await faultServer(fault);
    vi.spyOn(Math, 'random').mockReturnValue(0.999_99);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await failure(ours(endpoint, { maxAttempts: 4, throttleDelayMs: 60 }).updateItem(input));
    const delays = timers.mock.calls.map(([, delay = 0]) => delay).filter((delay) => delay < 1_000);
    expect(delays.map(Math.round)).toEqual(expected);
  });

  it('a transaction whose answer was lost is sent again with its token, and the next one has its own', async () => {
    const { endpoint, received } = await faultServer(reset, ok, serviceError('InternalServerError', 500), ok);
    const table = new Table('t', ours(endpoint));
    for (const _ of [1, 2]) await table.transact([{ Put: { Item: item('a') } }]);
    const tokens = received.map(({ body }) => JSON.parse(body).ClientRequestToken);
    expect(tokens).toEqual([tokens[0], tokens[0], tokens[2], tokens[2]]);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('the deadline', () => {
  it('a server that never answers is a TimeoutError at the deadline', async () => {
    const { endpoint, received } = await faultServer(hang);
    const client = ours(endpoint, { deadlineMs: 2_000, attemptTimeoutMs: 500 });
    const { error, ms } = await failure(client.updateItem(input));
    expect(error).toMatchObject({ name: 'TimeoutError', retryable: true, status: undefined });
    expect(ms).toBeLessThan(IN_TIME_MS);
    expect(received.length).toBeGreaterThan(1);
  });

  it('a server that takes the connection and says nothing is a TimeoutError', async () => {
    const server = net.createServer(() => {});
    const endpoint = await listening(server);
    onTestFinished(() => void server.close());
    const { error, ms } = await failure(ours(endpoint, { deadlineMs: 150 }).updateItem(input));
    expect(error.name).toBe('TimeoutError');
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('an answer that starts and stalls is a TimeoutError', async () => {
    const { endpoint } = await faultServer((response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"Attributes":');
    });
    const { error, ms } = await failure(ours(endpoint, { deadlineMs: 150 }).updateItem(input));
    expect(error.name).toBe('TimeoutError');
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('an answer that is cut off is noticed at once, not at the deadline', async () => {
    const { endpoint } = await faultServer(cutOff);
    const { error, ms } = await failure(ours(endpoint, { maxAttempts: 1 }).updateItem(input));
    expect(error).toMatchObject({ name: 'TimeoutError', retryable: true, cause: { code: 'ECONNRESET' } });
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('an answer that drips is a TimeoutError, however lively it is', async () => {
    const { endpoint } = await faultServer((response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const { error, ms } = await failure(ours(endpoint, { deadlineMs: 150 }).updateItem(input));
    expect(error.name).toBe('TimeoutError');
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('an answer that has come counts, however long the process was held up before it could read it', async () => {
    const { endpoint, received } = await faultServer((response) => {
      const heldUp = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
      response.end(JSON.stringify({ Attributes: { n: { N: '1' } } }), heldUp);
    });
    const client = ours(endpoint, { attemptTimeoutMs: 200, deadlineMs: 200 });
    expect(await client.updateItem(input)).toEqual({ Attributes: { n: { N: '1' } } });
    expect(received).toHaveLength(1);
  });

  it('calls that wait for a connection end at the deadline too, and every connection is free again', async () => {
    let fault = hang;
    const { endpoint } = await faultServer((...exchange) => fault(...exchange));
    const client = ours(endpoint, { deadlineMs: 4_000, attemptTimeoutMs: 4_000 });
    const calls = () => Promise.allSettled(Array.from({ length: 120 }, () => client.updateItem(input)));
    const start = performance.now();
    const names = (await calls()).map((result) => result.status === 'rejected' && result.reason.name);
    // One deadline for all of them, not one after the other: 120 calls over 50 connections would take three.
    expect(performance.now() - start).toBeLessThan(2 * 4_000);
    expect(new Set(names)).toEqual(new Set(['TimeoutError']));
    fault = ok;
    expect((await calls()).filter(({ status }) => status === 'fulfilled')).toHaveLength(120);
  });
});

const connections = (server: http.Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

describe('the connection', () => {
  it('one connection serves calls that follow each other', async () => {
    const { endpoint, received, server } = await faultServer(ok);
    let opened = 0;
    server.on('connection', () => opened++);
    const client = ours(endpoint);
    for (let i = 0; i < 5; i++) await client.updateItem(input);
    expect(received).toHaveLength(5);
    expect(opened).toBe(1);
  });

  it('a connection is used again whatever its server says of how long it lasts, and keeps no process alive', async () => {
    const unref = vi.spyOn(net.Socket.prototype, 'unref');
    const { endpoint, server } = await faultServer((response, request) => {
      response.setHeader('Keep-Alive', 'timeout=1');
      ok(response, request);
    });
    let opened = 0;
    server.on('connection', () => opened++);
    const client = ours(endpoint);
    for (let i = 0; i < 3; i++) await client.updateItem(input);
    expect(opened).toBe(1);
    expect(unref).toHaveBeenCalledTimes(3);
  });

  it('a new connection resumes the TLS session of the one before', async () => {
    const { key, cert } = selfSigned('localhost', 1);
    const authorities = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...authorities, cert]);
    onTestFinished(() => tls.setDefaultCACertificates(authorities));
    const server = https.createServer({ key, cert }, (request, response) => {
      request.resume();
      response.setHeader('Connection', 'close').end('{}');
    });
    const resumed: boolean[] = [];
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    const { port } = new URL(await listening(server));
    onTestFinished(() => void server.close());
    const client = ours(`https://localhost:${port}`);
    for (let i = 0; i < 2; i++) await client.updateItem(input);
    expect(resumed).toEqual([false, true]);
  });

  it('at most 50 connections serve 300 parallel calls', async () => {
    const { endpoint, received, server } = await faultServer((response, request) =>
      setTimeout(() => ok(response, request), 5),
    );
    let opened = 0;
    server.on('connection', () => opened++);
    const client = ours(endpoint);
    await Promise.all(Array.from({ length: 300 }, () => client.updateItem(input)));
    expect(received).toHaveLength(300);
    expect(opened).toBeLessThanOrEqual(50);
  });

  it('an idle connection that the server closed is replaced without costing an attempt or a wait', async () => {
    const { endpoint, received } = await faultServer(ok, reset, ok);
    const client = ours(endpoint, { maxAttempts: 1 });
    await client.updateItem(input);
    expect(await client.updateItem(input)).toEqual({ Attributes: { n: { N: '1' } } });
    expect(received).toHaveLength(3);
  });

  it('a server that restarts between two calls is not noticed', async () => {
    const { endpoint, server } = await faultServer(ok);
    const client = ours(endpoint);
    await client.updateItem(input);
    server.closeAllConnections();
    expect(await client.updateItem(input)).toEqual({ Attributes: { n: { N: '1' } } });
  });

  it('a reset of a new connection costs an attempt', async () => {
    const { endpoint, received } = await faultServer(reset);
    const { error } = await failure(ours(endpoint, { maxAttempts: 2 }).updateItem(input));
    expect(error).toMatchObject({ name: 'TimeoutError', cause: { code: 'ECONNRESET' } });
    expect(received).toHaveLength(2);
  });

  it('a refused connection is a NetworkingError that names the code', async () => {
    const server = net.createServer();
    const endpoint = await listening(server);
    server.close();
    await once(server, 'close');
    const { error } = await failure(ours(endpoint, { maxAttempts: 2 }).updateItem(input));
    expect(error).toMatchObject({
      name: 'NetworkingError',
      retryable: true,
      cause: { code: 'ECONNREFUSED' },
    });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('what is not HTTP is a NetworkingError', async () => {
    const server = net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n'));
    const endpoint = await listening(server);
    onTestFinished(() => void server.close());
    const { error } = await failure(ours(endpoint, { maxAttempts: 2 }).updateItem(input));
    expect(error.name).toBe('NetworkingError');
  });

  it('an https endpoint is spoken to in TLS', async () => {
    const server = net.createServer((socket) => socket.on('error', () => {}));
    const endpoint = await listening(server);
    onTestFinished(() => void server.close());
    const firstByte = once(server, 'connection').then(([socket]) => once(socket, 'data'));
    const call = failure(ours(endpoint.replace('http:', 'https:'), { deadlineMs: 3_000 }).updateItem(input));
    const [bytes] = await firstByte;
    expect(bytes[0]).toBe(22); // a handshake record (RFC 8446, 5.1)
    expect((await call).error.name).toBe('TimeoutError');
  });
});

describe('answers that are none', () => {
  it.each([
    ['empty', ''],
    ['cut JSON', '{"Attributes":{'],
    ['null', 'null'],
    ['a number', '1'],
    ['HTML', '<html>'],
  ])('a 200 with %s is a SyntaxError and not a success', async (_, body) => {
    const { endpoint, received } = await faultServer(answer(200, body));
    const { error } = await failure(ours(endpoint).updateItem(input));
    expect(error).toMatchObject({ name: 'SyntaxError', status: 200, retryable: false });
    expect(received).toHaveLength(1);
  });

  it('errors of a strange shape are errors all the same', async () => {
    const shapes = [
      '[]',
      '{"__type":7}',
      '{"__type":null}',
      '{"__type":"InvalidSignatureException","message":{}}',
    ];
    for (const body of shapes) {
      const { endpoint } = await faultServer(answer(400, body));
      expect((await failure(ours(endpoint).updateItem(input))).error.status).toBe(400);
    }
  });

  it('an endless answer is a ResponseTooLargeError, and its connection is closed', async () => {
    const { endpoint, server } = await faultServer((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const { error } = await failure(ours(endpoint).updateItem(input));
    expect(error).toMatchObject({ name: 'ResponseTooLargeError', retryable: false });
    await vi.waitFor(async () => expect(await connections(server)).toBe(0), 20_000);
  });

  it('a redirect is not followed', async () => {
    const { endpoint, received } = await faultServer((response) => {
      response.writeHead(307, { Location: '/elsewhere' });
      response.end();
    });
    expect((await failure(ours(endpoint).updateItem(input))).error.status).toBe(307);
    expect(received).toHaveLength(1);
  });
});

describe('BatchGetItem', () => {
  const batch: BatchGetItemInput = {
    RequestItems: {
      table: { Keys: [key('a'), key('b')], ConsistentRead: true },
      other: { Keys: [key('c')] },
    },
  };
  const found = (name: string) => ({ ...key(name), found: { BOOL: true } });

  it('keys that were left unprocessed are asked for again, and the answers are one', async () => {
    const left = { table: { Keys: [key('b')], ConsistentRead: true } };
    const { endpoint, received } = await faultServer(
      answer(200, { Responses: { table: [found('a')], other: [found('c')] }, UnprocessedKeys: left }),
      answer(200, { Responses: { table: [found('b')] }, UnprocessedKeys: {} }),
    );
    expect(await ours(endpoint).batchGetItem(batch)).toEqual({
      Responses: { table: [found('a'), found('b')], other: [found('c')] },
    });
    expect(received.map(({ body }) => JSON.parse(body).RequestItems)).toEqual([batch.RequestItems, left]);
  });

  it('keys that stay unprocessed are an error by the deadline, never missing items', async () => {
    const { endpoint } = await faultServer(
      answer(200, { Responses: { table: [found('a')] }, UnprocessedKeys: { table: { Keys: [key('b')] } } }),
    );
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { error, ms } = await failure(
      ours(endpoint, { deadlineMs: 2_000, maxAttempts: 1000 }).batchGetItem(batch),
    );
    expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException', retryable: true });
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('all rounds share one deadline', async () => {
    const late = answer(200, { Responses: {}, UnprocessedKeys: { table: { Keys: [key('b')] } } });
    const { endpoint } = await faultServer((...exchange) => setTimeout(() => late(...exchange), 3_000), hang);
    const { error, ms } = await failure(ours(endpoint, { deadlineMs: 4_000 }).batchGetItem(batch));
    expect(error.name).toBe('TimeoutError');
    // One deadline for each round would make it seven seconds.
    expect(ms).toBeLessThan(6_000);
  });
});

describe('the request', () => {
  /** Node's own crypto in the shape that the SDK's signer takes. */
  class Sha256 {
    readonly #hash;
    constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
      const bytes = typeof secret === 'string' ? secret : secret && Buffer.from(secret as Uint8Array);
      this.#hash = bytes === undefined ? createHash('sha256') : createHmac('sha256', bytes);
    }
    update(data: Uint8Array) {
      this.#hash.update(data);
    }
    async digest() {
      return this.#hash.digest();
    }
    reset() {}
  }

  it.each([
    ['with a session token', credentials],
    ['without a session token', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }],
  ])('%s has the signature that the SDK computes for it', async (_, keys) => {
    const { endpoint, received } = await faultServer(ok);
    await createDynamoDbHttp({ endpoint, region, credentials: () => keys, ...PATIENT }).updateItem(input);
    const { headers, method, path, body } = received[0] as Received;
    const { authorization, connection: _connection, ...others } = headers;
    const date = String(headers['x-amz-date']);
    const signer = new SignatureV4({
      service: 'dynamodb',
      region,
      credentials: keys,
      sha256: Sha256,
      applyChecksum: false,
    });
    const signed = await signer.sign(
      {
        method: String(method),
        protocol: 'http:',
        hostname: new URL(endpoint).hostname,
        path: String(path),
        headers: others as Record<string, string>,
        body,
      },
      {
        signingDate: new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')),
      },
    );
    expect(authorization).toBe(signed.headers.authorization);
    expect(authorization).toMatch(/SignedHeaders=content-length;content-type;host;x-amz-date;/);
  });

  it('is the SDK’s request: path, target, type, token and body', async () => {
    const { endpoint, received } = await faultServer(ok);
    await ours(endpoint).updateItem(input);
    const sdk = theirs(endpoint);
    await sdk.send(sdkUpdateItem(input));
    sdk.destroy();
    const [mine, sdks] = received.map(({ headers, method, path, body }) => ({
      method,
      path,
      body: JSON.parse(body),
      host: headers.host,
      type: headers['content-type'],
      target: headers['x-amz-target'],
      token: headers['x-amz-security-token'],
      length: headers['content-length'] === String(Buffer.byteLength(body)),
    }));
    expect(mine).toEqual(sdks);
  });

  it('every attempt is signed anew, with the credentials of that moment', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { endpoint, received } = await faultServer(serviceError('ThrottlingException'), ok);
    let asked = 0;
    await ours(endpoint, {
      credentials: () => ({ accessKeyId: `KEY${++asked}`, secretAccessKey: 's' }),
    }).updateItem(input);
    expect(received.map(({ headers }) => headers.authorization?.match(/Credential=(\w+)/)?.[1])).toEqual([
      'KEY1',
      'KEY2',
    ]);
  });

  it('goes where Lambda’s variables say, signed with the credentials they hold', async () => {
    const { endpoint, received } = await faultServer(ok);
    vi.stubEnv('AWS_REGION', 'ap-southeast-2');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'from-env');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
    await createDynamoDbHttp(PATIENT).updateItem(input);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', '');
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    await createDynamoDbHttp(PATIENT).updateItem(input);
    expect(received).toHaveLength(2);
    for (const { headers } of received) {
      expect(headers.authorization).toMatch(
        /Credential=AKIDENV\/\d{8}\/ap-southeast-2\/dynamodb\/aws4_request/,
      );
      expect(headers['x-amz-security-token']).toBe('from-env');
    }
  });

  it.each([
    ['eu-central-1', 'dynamodb.eu-central-1.amazonaws.com'],
    ['us-gov-west-1', 'dynamodb.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'dynamodb.cn-north-1.amazonaws.com.cn'],
  ])('without an endpoint it goes over TLS to the public one of %s', async (name, host) => {
    vi.stubEnv('AWS_ENDPOINT_URL', '');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', '');
    const request = vi.spyOn(https, 'request').mockImplementation(() => {
      throw new Error('not sent');
    });
    const client = createDynamoDbHttp({ region: name, credentials: () => credentials });
    await expect(client.updateItem(input)).rejects.toThrow('not sent');
    expect(request.mock.calls[0]?.[0]).toMatchObject({
      hostname: host,
      path: '/',
      headers: expect.arrayContaining(['Host', host]),
    });
  });

  it('without credentials nothing is sent', async () => {
    const { endpoint, received } = await faultServer(ok);
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    const { error } = await failure(createDynamoDbHttp({ endpoint, region }).updateItem(input));
    expect(error).toMatchObject({ name: 'CredentialsProviderError', retryable: false });
    expect(received).toHaveLength(0);
  });

  it('without a region there is no client', () => {
    vi.stubEnv('AWS_REGION', '');
    expect(() => createDynamoDbHttp({ endpoint: 'http://127.0.0.1:1' })).toThrow(/AWS_REGION/);
  });
});
