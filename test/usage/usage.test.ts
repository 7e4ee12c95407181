import { describe, expect, test } from 'vitest';
import { dateOf, dayOf, summarize, uncounted } from '../../lambdas/usage/usage.ts';

const at = (time: string) => Date.parse(time) / 1000;
const TODAY = dayOf(at('2026-11-21T12:00:00Z'));

describe('what uses of a key add', () => {
  test('is each on its day, and a day ends with its last second in UTC', () => {
    const uses = [
      { count: 1, at: at('2026-11-20T23:59:59Z') },
      { count: 2, at: at('2026-11-21T00:00:00Z') },
      { count: 3, at: at('2026-11-21T23:59:59Z') },
      { count: 4, at: at('2026-11-22T00:00:00Z') },
    ];
    expect(uncounted(0, uses)).toEqual({
      counted: 4,
      days: new Map([
        [TODAY - 1, 1],
        [TODAY, 2],
        [TODAY + 1, 1],
      ]),
    });
  });

  test('is nothing for what has been counted', () => {
    const uses = [1, 2, 3].map((count) => ({ count, at: at('2026-11-21T12:00:00Z') }));
    expect(uncounted(3, uses)).toEqual({ counted: 3, days: new Map() });
    expect(uncounted(2, [...uses, ...uses]).days).toEqual(new Map([[TODAY, 1]]));
  });

  test('makes good what never came', () => {
    expect(uncounted(2, [{ count: 7, at: at('2026-11-21T12:00:00Z') }]).days).toEqual(new Map([[TODAY, 5]]));
  });

  test('is no use twice where clocks disagree at midnight', () => {
    const uses = [
      { count: 1, at: at('2026-11-21T00:00:01Z') },
      { count: 2, at: at('2026-11-20T23:59:58Z') },
      { count: 3, at: at('2026-11-21T00:00:02Z') },
    ];
    expect(uncounted(0, uses).days).toEqual(
      new Map([
        [TODAY, 2],
        [TODAY - 1, 1],
      ]),
    );
  });
});

describe('a summary', () => {
  const none = { live: new Map(), test: new Map() };

  test('lists each day, today last, with and without requests, live and test apart', () => {
    const usage = { live: new Map([[TODAY, 5]]), test: new Map([[TODAY - 2, 7]]) };
    expect(summarize(usage, 3, at('2026-11-21T23:59:59Z')).days).toEqual([
      { day: TODAY - 2, live: 0, test: 7 },
      { day: TODAY - 1, live: 0, test: 0 },
      { day: TODAY, live: 5, test: 0 },
    ]);
    expect(summarize(none, 90, at('2026-11-21T12:00:00Z')).days).toHaveLength(90);
  });

  test.each([
    ['2026-11-01T00:00:00Z', 1],
    ['2026-11-30T23:59:59Z', 30],
    ['2028-02-29T12:00:00Z', 29],
    ['2026-12-31T23:59:59Z', 31],
  ])('counts the month from its first day: %s', (time, days) => {
    const today = dayOf(at(time));
    const live = new Map(Array.from({ length: 92 }, (_, ago): [number, number] => [today - ago, 1]));
    const { today: now, month } = summarize({ live, test: new Map() }, 1, at(time));
    expect([now, month]).toEqual([
      { live: 1, test: 0 },
      { live: days, test: 0 },
    ]);
  });

  test('leaves out a day that has not begun by our clock', () => {
    const live = new Map([[TODAY + 1, 3]]);
    const { today, month } = summarize({ live, test: new Map() }, 1, at('2026-11-21T23:59:59Z'));
    expect([today.live, month.live]).toEqual([0, 0]);
  });

  test('names days as RFC 3339 does', () => {
    expect(dateOf(TODAY)).toBe('2026-11-21');
  });
});
