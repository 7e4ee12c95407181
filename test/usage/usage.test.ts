import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENTS } from '../../lambdas/contract/scopes.ts';
import { windowOf } from '../../lambdas/plans/allowance.ts';
import {
  COUNTED,
  dateOf,
  dayOf,
  type KeyUse,
  REASONS,
  summarize,
  type Usage,
  uncounted,
} from '../../lambdas/usage/usage.ts';

const at = (time: string) => Date.parse(time) / 1000;
const TODAY = dayOf(at('2026-11-21T12:00:00Z'));

type Shown = Omit<KeyUse, 'tenantId' | 'keyId'>;
const LIMIT = 100;
const NOTHING: Shown = {
  environment: 'live',
  count: 0,
  at: 0,
  inMinute: 0,
  refusals: 0,
  refusedFor: undefined,
  writtenAt: 0,
};
const added = (used: number, uses: readonly Partial<Shown>[], refusals = 0) =>
  uncounted(
    { uses: used, refusals },
    uses.map((use) => ({ ...NOTHING, ...use })),
    LIMIT,
  );
const daysOf = (...given: Parameters<typeof added>) => added(...given).counts.get('live') ?? new Map();

describe('what uses of a key add', () => {
  test('is each on its day, and a day ends with its last second in UTC', () => {
    const uses = [
      { count: 1, at: at('2026-11-20T23:59:59Z') },
      { count: 2, at: at('2026-11-21T00:00:00Z') },
      { count: 3, at: at('2026-11-21T23:59:59Z') },
      { count: 4, at: at('2026-11-22T00:00:00Z') },
    ];
    expect(added(0, uses).uses).toBe(4);
    expect(daysOf(0, uses)).toEqual(
      new Map([
        [TODAY - 1, 1],
        [TODAY, 2],
        [TODAY + 1, 1],
      ]),
    );
  });

  test('is nothing for what has been counted', () => {
    const uses = [1, 2, 3].map((count) => ({ count, at: at('2026-11-21T12:00:00Z') }));
    expect(added(3, uses)).toEqual({ uses: 3, refusals: 0, counts: new Map() });
    expect(daysOf(2, [...uses, ...uses])).toEqual(new Map([[TODAY, 1]]));
  });

  test('makes good what never came', () => {
    expect(daysOf(2, [{ count: 7, at: at('2026-11-21T12:00:00Z') }])).toEqual(new Map([[TODAY, 5]]));
  });

  test('is no use twice where clocks disagree at midnight', () => {
    const uses = [
      { count: 1, at: at('2026-11-21T00:00:01Z') },
      { count: 2, at: at('2026-11-20T23:59:58Z') },
      { count: 3, at: at('2026-11-21T00:00:02Z') },
    ];
    expect(daysOf(0, uses)).toEqual(
      new Map([
        [TODAY, 2],
        [TODAY - 1, 1],
      ]),
    );
  });
});

describe('what refusals of a key add', () => {
  const noon = at('2026-11-21T12:00:00Z');

  test('is each by its reason, on the day on which it was written, and no request', () => {
    const refused = (refusals: number, refusedFor: Shown['refusedFor'], writtenAt = noon) => ({
      count: 5,
      refusals,
      refusedFor,
      writtenAt,
      at: noon - 86_400,
    });
    const uses = [
      refused(1, 'expired', noon - 86_400),
      refused(2, 'expired'),
      refused(3, 'address'),
      refused(4, 'address'),
    ];
    expect(added(5, [...uses, ...uses])).toEqual({
      uses: 5,
      refusals: 4,
      counts: new Map([
        [
          'expired',
          new Map([
            [TODAY - 1, 1],
            [TODAY, 1],
          ]),
        ],
        ['address', new Map([[TODAY, 2]])],
      ]),
    });
    expect(added(5, uses, 4).counts.size).toBe(0);
  });

  test('is a request as well where its scopes do not do, in the same write or in one after it', () => {
    const scope = { refusedFor: 'scope', writtenAt: noon, at: noon } as const;
    const once = [{ ...scope, count: 1, refusals: 1 }];
    const twice = [
      { ...scope, count: 1, refusals: 0, refusedFor: undefined },
      { ...scope, count: 1, refusals: 1 },
    ];
    for (const uses of [once, twice]) {
      expect(added(0, uses).counts).toEqual(
        new Map([
          ['live', new Map([[TODAY, 1]])],
          ['minute', new Map([[windowOf(noon), 1]])],
          ['scope', new Map([[TODAY, 1]])],
        ]),
      );
    }
  });

  test('of a limit is what its minute has beyond it, each once', () => {
    const uses = Array.from({ length: 103 }, (_, index) => ({
      count: 50 + index,
      inMinute: index + 1,
      at: noon,
    }));
    expect(added(49, uses).counts.get('limit')).toEqual(new Map([[TODAY, 3]]));
    // What never came is brought along, and what comes again is not counted again.
    expect(added(49, [...uses.slice(0, 90), ...uses.slice(-1)]).counts.get('limit')).toEqual(
      new Map([[TODAY, 3]]),
    );
    expect(added(152, uses).counts.size).toBe(0);
    expect(added(151, uses).counts.get('limit')).toEqual(new Map([[TODAY, 1]]));
  });

  test('is one reason where a call has two', () => {
    const use = {
      count: 200,
      inMinute: 150,
      at: noon,
      refusals: 1,
      refusedFor: 'scope',
      writtenAt: noon,
    } as const;
    const { counts } = added(199, [use]);
    expect([counts.get('scope'), counts.get('limit')]).toEqual([new Map([[TODAY, 1]]), undefined]);
  });
});

describe('a summary', () => {
  const used = (counts: Partial<Usage>) =>
    ({ ...Object.fromEntries(COUNTED.map((each) => [each, new Map()])), ...counts }) as Usage;
  const none = used({});

  test('lists each day, today last, with and without requests, live and test apart', () => {
    const usage = used({ live: new Map([[TODAY, 5]]), test: new Map([[TODAY - 2, 7]]) });
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
    const { today: now, month } = summarize(used({ live }), 1, at(time));
    expect([now, month]).toEqual([
      { live: 1, test: 0 },
      { live: days, test: 0 },
    ]);
  });

  test('leaves out a day that has not begun by our clock', () => {
    const live = new Map([[TODAY + 1, 3]]);
    const { today, month } = summarize(used({ live }), 1, at('2026-11-21T23:59:59Z'));
    expect([today.live, month.live]).toEqual([0, 0]);
  });

  test('has the refusals of the days that it lists, and the last ten minutes', () => {
    const now = at('2026-11-21T23:59:59Z');
    const usage = used({
      limit: new Map([
        [TODAY, 2],
        [TODAY - 1, 3],
        [TODAY - 2, 9],
      ]),
      revoked: new Map([[TODAY - 1, 4]]),
      minute: new Map([
        [windowOf(now), 6],
        [windowOf(now) - 9, 7],
        [windowOf(now) - 10, 8],
      ]),
    });
    const { refused, minutes } = summarize(usage, 2, now);
    expect(refused).toEqual({
      limit: 5,
      scope: 0,
      person: 0,
      address: 0,
      disabled: 0,
      revoked: 4,
      expired: 0,
    });
    expect(minutes).toHaveLength(10);
    expect(minutes[0]).toEqual({ at: at('2026-11-21T23:50:00Z'), requests: 7 });
    expect(minutes[9]).toEqual({ at: at('2026-11-21T23:59:00Z'), requests: 6 });
  });

  test('has the sums that one comes to who looks at every count for each', () => {
    const counts = fc
      .array(fc.tuple(fc.integer({ min: TODAY - 100, max: TODAY + 3 }), fc.integer({ min: 1, max: 999 })))
      .map((entries) => new Map(entries));
    const usages = fc.record(Object.fromEntries(COUNTED.map((each) => [each, counts]))).map(used);
    fc.assert(
      fc.property(usages, fc.integer({ min: 1, max: 90 }), (usage, days) => {
        const naive = <Kind extends keyof Usage>(kinds: readonly Kind[], isIn: (day: number) => boolean) =>
          Object.fromEntries(
            kinds.map((kind) => [
              kind,
              [...usage[kind]].reduce((all, [day, requests]) => all + (isIn(day) ? requests : 0), 0),
            ]),
          );
        const firstOfMonth = dayOf(at('2026-11-01T00:00:00Z'));
        const { minutes: _, ...sums } = summarize(usage, days, at('2026-11-21T12:00:00Z'));
        expect(sums).toEqual({
          today: naive(ENVIRONMENTS, (day) => day === TODAY),
          month: naive(ENVIRONMENTS, (day) => day >= firstOfMonth && day <= TODAY),
          days: Array.from({ length: days }, (_, index) => ({
            day: TODAY - days + 1 + index,
            ...naive(ENVIRONMENTS, (day) => day === TODAY - days + 1 + index),
          })),
          refused: naive(REASONS, (day) => day > TODAY - days && day <= TODAY),
        });
      }),
      { numRuns: 200 },
    );
  });

  test('names days as RFC 3339 does', () => {
    expect(dateOf(TODAY)).toBe('2026-11-21');
  });
});
