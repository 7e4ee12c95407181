/** The simulator of docs/scale.md: its model of DynamoDB, and that the page has its figures. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SimulatedTable } from '../../bench/scale/dynamodb.ts';
import { holds, updated } from '../../bench/scale/expressions.ts';
import { growth } from '../../bench/scale/lambda.ts';
import { VirtualTime } from '../../bench/scale/virtual-time.ts';
import { type ItemKey, N, S } from '../../lambdas/kernel/items.ts';

const key = (name: string): ItemKey => ({ PK: S(name), SK: S('ITEM') });
const count = (name: string) => ({
  TableName: 'simulated',
  Key: key(name),
  UpdateExpression: 'ADD n :one',
  ExpressionAttributeValues: { ':one': N(1) },
});

describe('a simulated table', () => {
  test('writes a thousand units of a partition a second, and refuses the rest', async () => {
    const time = new VirtualTime();
    const table = new SimulatedTable(time, 1);
    let [written, refused] = [0, 0];
    const write = () =>
      table.updateItem(count('hot')).then(
        () => (written += 1),
        () => (refused += 1),
      );
    for (let ms = 0; ms < 10_000; ms += 1) for (const _ of [1, 2, 3]) time.after(ms, () => void write());
    await time.run(11_000);
    expect(written + refused).toBe(30_000);
    expect(written / 10).toBeGreaterThan(990);
    expect(written / 10).toBeLessThan(1010);
  });

  test('leaves reads unprocessed that a partition does not carry', async () => {
    const time = new VirtualTime();
    const table = new SimulatedTable(time, 1);
    const reads = Array.from({ length: 1000 }, () =>
      table.batchGetItem({ RequestItems: { simulated: { Keys: [key('a')] } } }),
    );
    await time.run(100);
    const left = (await Promise.all(reads)).filter(({ UnprocessedKeys }) => UnprocessedKeys.simulated);
    expect(left.length).toBeGreaterThan(800);
  });

  test('cancels a transaction that meets an item of another, and writes all or nothing', async () => {
    const time = new VirtualTime();
    const table = new SimulatedTable(time, 4);
    const add = (name: string) => ({ Update: count(name) });
    const send = (...TransactItems: readonly Readonly<Record<string, object>>[]) =>
      table.call('TransactWriteItems', { TransactItems });
    const impossible = { Update: { ...count('b'), ConditionExpression: 'attribute_exists(n)' } };
    const outcomes = Promise.allSettled([
      send(add('a')),
      send(add('a'), add('c')),
      send(add('d'), impossible),
    ]);
    await time.run(1000);
    const [first, second, third] = await outcomes;
    expect(first.status).toBe('fulfilled');
    const codes = (outcome: typeof second) =>
      outcome.status === 'rejected' &&
      outcome.reason.CancellationReasons.map(({ Code }: { Code: string }) => Code);
    expect(codes(second)).toEqual(['TransactionConflict', 'None']);
    expect(codes(third)).toEqual(['None', 'ConditionalCheckFailed']);
    const reading = table.batchGetItem({
      RequestItems: { simulated: { Keys: ['a', 'c', 'd'].map(key) } },
    });
    await time.run(2000);
    expect((await reading).Responses.simulated).toEqual([{ ...key('a'), n: N(1) }]);
  });
});

describe('an expression', () => {
  const item = { ...key('a'), n: N(3), st: S('active'), old: N(1) };
  const ExpressionAttributeValues = { ':two': N(2), ':five': N(5), ':st': S('active') };

  test.each([
    ['st = :st AND n <= :five', true],
    ['n > :five OR (st = :st AND attribute_exists(old))', true],
    ['n > :five AND st = :st OR attribute_not_exists(old)', false],
    ['missing <= :five', false],
    ['(n > :two)', true],
  ])('%s is %s', (ConditionExpression, expected) => {
    expect(holds(item, { ConditionExpression, ExpressionAttributeValues })).toBe(expected);
  });

  test('of an update sets, adds and removes', () => {
    const UpdateExpression = 'SET st = :st, #x = :two ADD n :two, fresh :five REMOVE old, missing';
    expect(
      updated(item, { UpdateExpression, ExpressionAttributeValues, ExpressionAttributeNames: { '#x': 'x' } }),
    ).toEqual({ ...key('a'), n: N(5), st: S('active'), x: N(2), fresh: N(5) });
  });

  test('that is not understood is an error', () => {
    expect(() =>
      holds(item, { ConditionExpression: 'begins_with(st, :st)', ExpressionAttributeValues }),
    ).toThrow();
    expect(() =>
      updated(item, { UpdateExpression: 'SET n = n + :two', ExpressionAttributeValues }),
    ).toThrow();
  });
});

test('Lambda starts a thousand instances at once, and a hundred each second', () => {
  expect(growth(100_000, 0).instancesAfter).toEqual({ 1: 1000, 10: 1900, 30: 3900, 60: 6900 });
});

test('docs/scale.md has what the simulator prints', async () => {
  // Those that take a moment; CI checks all of them.
  const tables = ['hot-key', 'sharded-counter', 'audit', 'reconciler', 'lambda'];
  const args = ['bench/scale/main.ts', '--check', ...tables];
  await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '../..') });
});
