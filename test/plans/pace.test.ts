import { expect, test, vi } from 'vitest';
import { Pace, TIME } from '../../lambdas/plans/pace.ts';

/** When each of so many callers in a row is let through, in milliseconds. */
async function turns(count: number, pauseAfter = Number.POSITIVE_INFINITY): Promise<number[]> {
  let now = 5_000;
  const pace = new Pace(5, 3, {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index === pauseAfter) now += 10_000;
    await pace.turn();
    times.push(Math.round(now - 5_000));
  }
  return times;
}

test('after a burst everybody waits for their turn', async () => {
  expect(await turns(6)).toEqual([0, 0, 0, 200, 400, 600]);
});

test('what was not used is not saved beyond the burst', async () => {
  expect(await turns(8, 4)).toEqual([0, 0, 0, 200, 10_200, 10_200, 10_200, 10_400]);
});

test('callers at the same moment do not pass together', async () => {
  const waits: number[] = [];
  const pace = new Pace(10, 1, {
    now: () => 0,
    sleep: async (milliseconds) => void waits.push(milliseconds),
  });
  await Promise.all([1, 2, 3].map(() => pace.turn()));
  expect(waits).toEqual([100, 200]);
});

test('by the clock of the machine the next caller waits as long as the rate says, and no longer', async () => {
  vi.useFakeTimers();
  try {
    const pace = new Pace(10, 1, TIME);
    const passed: number[] = [];
    await pace.turn();
    const next = [1, 2].map((caller) => pace.turn().then(() => passed.push(caller)));
    await vi.advanceTimersByTimeAsync(99);
    expect(passed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(passed).toEqual([1]);
    await vi.advanceTimersByTimeAsync(100);
    expect(passed).toEqual([1, 2]);
    await Promise.all(next);
  } finally {
    vi.useRealTimers();
  }
});
