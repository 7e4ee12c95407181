import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Mails to one address in an hour. */
const ASKS = 5;
const ADDRESSES = 40;

/**
 * The margin: the rank sums of two samples of one distribution differ by more than this many standard deviations once in a
 * thousand runs (Mann-Whitney, two-sided). A read more for one of the two kinds shows by ten and more.
 */
const MARGIN = 3.29;

let stack: TestStack;
beforeAll(async () => {
  const roomy = { accountsPerHour: 1_000_000 };
  stack = await startTestStack({ profile: 'default', config: { addressLimits: roomy } });
});
afterAll(() => stack.stop());

async function millisecondsOf(email: string): Promise<number> {
  // Nothing that an earlier request has begun goes on meanwhile.
  await stack.local.idle();
  const started = performance.now();
  const { status } = await stack.raw('POST /v1/auth/forgot-password', { json: { email } });
  const ended = performance.now();
  expect(status).toBe(202);
  return ended - started;
}

/** How far the rank sum of a sample is from what it would be by chance, in standard deviations. */
function deviation(sample: readonly number[], other: readonly number[]): number {
  const sorted = [...sample, ...other].toSorted((a, b) => a - b);
  const rankSum = sample.reduce((sum, value) => sum + sorted.indexOf(value) + 1, 0);
  const [n, m] = [sample.length, other.length];
  return (rankSum - (n * (n + m + 1)) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

test('the time of 200 pairs of requests does not tell which addresses have an account', async () => {
  const known: string[] = [];
  const unknown: string[] = [];
  for (let count = 0; count < ADDRESSES; count += 1) {
    known.push((await stack.onboard()).email);
    unknown.push(`stranger${count}@example.com`);
  }
  // What is loaded at the first request is no request's time.
  for (let count = 0; count < 5; count += 1) await millisecondsOf(`warm${count}@example.com`);
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let round = 0; round < ASKS; round += 1) {
    for (let index = 0; index < ADDRESSES; index += 1) {
      const pair = [
        { kind: 'known', email: known[index] ?? '' },
        { kind: 'unknown', email: unknown[index] ?? '' },
      ] as const;
      for (const { kind, email } of Math.random() < 0.5 ? pair : pair.toReversed())
        times[kind].push(await millisecondsOf(email));
    }
  }
  expect(times.known).toHaveLength(200);
  expect(Math.abs(deviation(times.known, times.unknown))).toBeLessThan(MARGIN);
});
