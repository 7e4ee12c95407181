import { describe, expect, test } from 'vitest';
import { silent } from '../../local/log.ts';
import { parseSchedule, Scheduler } from '../../local/schedules.ts';

const nextAfter = (expression: string, time: string): string => {
  const next = parseSchedule(expression)(Date.parse(time));
  return Number.isFinite(next) ? new Date(next).toISOString() : 'never';
};

describe('a schedule expression', () => {
  test.each([
    ['rate(5 minutes)', '2026-11-21T12:00:10Z', '2026-11-21T12:05:10.000Z'],
    ['rate(1 hour)', '2026-11-21T12:00:00Z', '2026-11-21T13:00:00.000Z'],
    ['rate(30 days)', '2026-11-21T12:00:00Z', '2026-12-21T12:00:00.000Z'],
    ['cron(0 12 * * ? *)', '2026-11-21T12:00:00Z', '2026-11-22T12:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-11-21T12:16:00Z', '2026-11-21T12:30:00.000Z'],
    ['cron(0 8 ? * MON-FRI *)', '2026-11-21T12:00:00Z', '2026-11-23T08:00:00.000Z'],
    ['cron(0 8 ? * 1 *)', '2026-11-21T12:00:00Z', '2026-11-22T08:00:00.000Z'],
    ['cron(0 0 1 JAN ? *)', '2026-11-21T12:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['cron(30 10,14 * * ? 2026)', '2026-11-21T12:00:00Z', '2026-11-21T14:30:00.000Z'],
    ['cron(0 12 * * ? 2025)', '2026-11-21T12:00:00Z', 'never'],
    ['at(2026-11-21T13:00:00)', '2026-11-21T12:00:00Z', '2026-11-21T13:00:00.000Z'],
    ['at(2026-11-21T11:00:00)', '2026-11-21T12:00:00Z', 'never'],
  ])('%s after %s is due at %s', (expression, time, expected) => {
    expect(nextAfter(expression, time)).toBe(expected);
  });

  test.each(['rate(five minutes)', 'cron(* * * *)', 'cron(0 0 L * ? *)', 'daily', ''])(
    '"%s" is an error',
    (expression) => {
      expect(() => nextAfter(expression, '2026-11-21T12:00:00Z')).toThrow(/cannot be read|not emulated/);
    },
  );
});

test('what was missed while nothing ran is run once', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
  };
  const scheduler = new Scheduler([{ name: 'n', expression: 'rate(1 minute)', since: 0, run }], silent);
  await scheduler.tick(600_000);
  await scheduler.tick(630_000);
  expect(runs).toBe(1);
  await scheduler.tick(660_000);
  expect(runs).toBe(2);
});

test('a schedule that fails is tried again at its next time', async () => {
  const failures: string[] = [];
  const log = { ...silent, error: (line: string) => failures.push(line) };
  const run = () => Promise.reject(new Error('no'));
  const scheduler = new Scheduler([{ name: 'n', expression: 'rate(1 minute)', since: 0, run }], log);
  await scheduler.tick(60_000);
  await scheduler.tick(120_000);
  expect(failures).toEqual(['n: no', 'n: no']);
});
