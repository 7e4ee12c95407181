import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirectory } from '../../local/data-directory.ts';
import { EventSourceMapping } from '../../local/dynamodb/event-source-mapping.ts';
import type { Position, StreamReader } from '../../local/dynamodb/stream-reader.ts';
import { WriteSignal } from '../../local/dynamodb/write-signal.ts';
import type { LambdaFunction } from '../../local/lambda/function.ts';
import { silent } from '../../local/log.ts';

let reads: number;
let onRead: () => void;
let writes: WriteSignal;
let mapping: EventSourceMapping;

beforeEach(async () => {
  reads = 0;
  onRead = () => undefined;
  writes = new WriteSignal();
  const data = DataDirectory.open(undefined);
  const reader: Pick<StreamReader, 'next' | 'rewind'> = {
    async next() {
      reads += 1;
      onRead();
      return undefined;
    },
    rewind: () => undefined,
  };
  mapping = new EventSourceMapping({
    logicalId: 'Mapping',
    reader: reader as StreamReader,
    target: {} as LambdaFunction,
    wanted: () => true,
    complete: (record) => record,
    position: data.store<Position>('position', {}),
    writes,
    bisect: false,
    reportsItemFailures: false,
    maximumRetries: 0,
    log: silent,
  });
  data.close();
  await sleep(200);
});
afterEach(() => mapping.stop());

test('a stream is read about once a second while nobody writes, whatever is read', async () => {
  const before = reads;
  for (const action of ['GetItem', 'Query', 'BatchGetItem', 'GetRecords', 'DescribeTable', 'ListStreams'])
    writes.note(action);
  await sleep(500);
  expect(reads - before).toBeLessThanOrEqual(1);
});

test.each([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
])('a stream is read soon after %s, though it was quiet', async (action) => {
  const before = reads;
  writes.note(action);
  await sleep(300);
  expect(reads).toBeGreaterThan(before);
});

test('a write that is answered while the stream is read is not missed', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  onRead = () => {
    onRead = resolve;
    writes.note('PutItem');
  };
  writes.note('PutItem');
  expect(await Promise.race([promise.then(() => 'read'), sleep(600, 'missed')])).toBe('read');
});
