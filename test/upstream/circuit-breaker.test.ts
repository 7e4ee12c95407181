import { beforeEach, expect, test } from 'vitest';
import { CircuitBreaker } from '../../lambdas/upstream/circuit-breaker.ts';

let now: number;
let made: number;
let opened: number[];
let breaker: CircuitBreaker;

beforeEach(() => {
  [now, made, opened] = [1000, 0, []];
  breaker = new CircuitBreaker(
    { failures: 3, openSeconds: 10 },
    () => opened.push(now),
    () => now,
  );
});

const works = () =>
  breaker.call(async () => {
    made += 1;
    return 'ok';
  });
const fails = () =>
  breaker.call(async () => {
    made += 1;
    throw new Error('no answer');
  });
const failing = async (times: number) => {
  for (let index = 0; index < times; index += 1) await expect(fails()).rejects.toThrow('no answer');
};
const open = (retryAfterSeconds: number) => ({ code: 'unavailable', retryAfterSeconds });

test('calls go on below the number of failures in a row, and an answer begins the count anew', async () => {
  await failing(2);
  expect(await works()).toBe('ok');
  await failing(2);
  expect(await works()).toBe('ok');
});

test('it is open after that many, says for how long, and makes no call', async () => {
  await failing(3);
  now += 2.5;
  await expect(works()).rejects.toMatchObject(open(8));
  expect(made).toBe(3);
  expect(opened).toEqual([1000]);
});

test('when its time is up one call is made and no other beside it; an answer closes it', async () => {
  await failing(3);
  now += 10;
  const answer = Promise.withResolvers<string>();
  const probe = breaker.call(() => answer.promise);
  await expect(works()).rejects.toMatchObject(open(1));
  answer.resolve('back');
  expect(await probe).toBe('back');
  expect(await Promise.all([works(), works()])).toEqual(['ok', 'ok']);
});

test('a probe that fails opens it again for as long', async () => {
  await failing(3);
  now += 10;
  await failing(1);
  await expect(works()).rejects.toMatchObject(open(10));
  now += 10;
  expect(await works()).toBe('ok');
  await failing(2);
  expect(await works()).toBe('ok');
});

test('calls that were under way when it opened change nothing for the worse', async () => {
  const slow = Promise.withResolvers<string>();
  const call = breaker.call(() => slow.promise);
  await failing(3);
  slow.resolve('late');
  expect(await call).toBe('late');
  // It has been heard of since, but the time is kept.
  await expect(works()).rejects.toMatchObject(open(10));
});
