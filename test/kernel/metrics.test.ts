import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { counted, gathering, type Observation, observe } from '../../lambdas/kernel/metrics.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Writes of a function that gathers so many, and a decision that it takes. */
function gatheredBy(perLine: number) {
  const lines: Observation[] = [];
  const observe = gathering(perLine, (line) => lines.push(line));
  const decide = (outcome: string, milliseconds: number, principal = 'key:k') =>
    observe({ dimensions: { outcome }, metrics: counted('Decisions', milliseconds), fields: { principal } });
  return { lines, decide };
}

const valuesOf = ({ metrics }: Observation) =>
  Object.fromEntries(metrics.map(({ name, value }) => [name, value]));

describe('one line for several allowed decisions', () => {
  test('has the counts and the times of all, and the fields of the last', () => {
    const { lines, decide } = gatheredBy(3);
    decide('allowed', 1);
    for (const each of [2, 3, 4]) decide('allowed', each, `key:${each}`);
    expect(lines.map(valuesOf)).toEqual([
      { Decisions: 1, DecisionsLatency: [1] },
      { Decisions: 3, DecisionsLatency: [2, 3, 4] },
    ]);
    expect(lines[1]?.fields).toEqual({ principal: 'key:4' });
    expect(lines[1]?.metrics.map(({ unit }) => unit)).toEqual(['Count', 'Milliseconds']);
  });

  test('every other outcome has a line of its own, at once', () => {
    const { lines, decide } = gatheredBy(100);
    const others = ['refused', 'forbidden', 'limited', 'misdirected', 'failed'];
    decide('allowed', 1);
    decide('allowed', 2);
    for (const outcome of others) decide(outcome, 5);
    expect(lines.slice(1).map(({ dimensions }) => dimensions.outcome)).toEqual(others);
    expect(lines.slice(1).map(valuesOf)).toEqual(others.map(() => ({ Decisions: 1, DecisionsLatency: 5 })));
  });

  test('nothing is held back for more than a minute, so that a quiet deployment has a line for each', () => {
    const { lines, decide } = gatheredBy(100);
    decide('allowed', 1);
    decide('allowed', 2);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    decide('allowed', 3);
    expect(lines.map(valuesOf)[1]).toEqual({ Decisions: 2, DecisionsLatency: [2, 3] });
    vi.advanceTimersByTime(60_000);
    decide('allowed', 4);
    expect(lines).toHaveLength(3);
  });

  test('no count is lost, whatever comes between', () => {
    const { lines, decide } = gatheredBy(7);
    for (let made = 0; made < 700; made += 1) {
      decide('allowed', 1);
      if (made % 5 === 0) decide('refused', 1);
    }
    const sum = (outcome: string) =>
      lines
        .filter(({ dimensions }) => dimensions.outcome === outcome)
        .reduce((total, line) => total + Number(valuesOf(line).Decisions), 0);
    expect(sum('refused')).toBe(140);
    expect(700 - sum('allowed')).toBeLessThan(7);
  });

  test('one line for each is the default, and changes nothing', () => {
    const { lines, decide } = gatheredBy(1);
    for (const each of [1, 2]) decide('allowed', each);
    expect(lines.map(valuesOf)).toEqual([1, 2].map((each) => ({ Decisions: 1, DecisionsLatency: each })));
  });
});

/** The line that is written of an observation. */
function lineOf(observation: Observation) {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  observe(observation);
  const calls = write.mock.calls as [string][];
  write.mockRestore();
  expect(calls).toHaveLength(1);
  expect(calls[0]?.[0]).toMatch(/^[^\n]+\n$/);
  return JSON.parse(calls[0]?.[0] ?? '');
}

describe('a line in the embedded metric format', () => {
  test('has its fields, dimensions and metrics, and says which is which', () => {
    const line = lineOf({
      fields: { route: 'GET "/a"' },
      dimensions: { outcome: 'allowed' },
      metrics: counted('Decisions', 1.234),
    });
    expect(line).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Latchkey',
            Dimensions: [['outcome']],
            Metrics: [
              { Name: 'Decisions', Unit: 'Count' },
              { Name: 'DecisionsLatency', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      route: 'GET "/a"',
      outcome: 'allowed',
      Decisions: 1,
      DecisionsLatency: 1.23,
    });
  });

  test.each<[string, Observation, object]>([
    ['with other metrics', { dimensions: { outcome: 'x' }, metrics: counted('A') }, { names: ['A'] }],
    [
      'with one more',
      { dimensions: { outcome: 'x' }, metrics: [...counted('A'), ...counted('B')] },
      { names: ['A', 'B'] },
    ],
    [
      'in another unit',
      { dimensions: { outcome: 'x' }, metrics: [{ name: 'A', unit: 'Seconds', value: 2 }] },
      { names: ['A'], units: ['Seconds'] },
    ],
    [
      'of another dimension',
      { dimensions: { kind: 'x' }, metrics: counted('A') },
      { dimensions: [['kind']] },
    ],
    ['of none', { dimensions: {}, metrics: counted('A') }, { dimensions: [[]] }],
  ])('a line %s after others has its own directive', (_, observation, expected) => {
    lineOf({ dimensions: { outcome: 'x' }, metrics: counted('A') });
    const [{ Dimensions, Metrics }] = lineOf(observation)._aws.CloudWatchMetrics;
    const names = Metrics.map(({ Name }: { Name: string }) => Name);
    const units = Metrics.map(({ Unit }: { Unit: string }) => Unit);
    expect({ names, units, dimensions: Dimensions }).toMatchObject(expected);
  });

  test('without metrics there is no directive, and an empty one is a line as well', () => {
    expect(lineOf({ fields: { a: 1 }, dimensions: {}, metrics: [] })).toEqual({ a: 1 });
    expect(lineOf({ dimensions: {}, metrics: [] })).toEqual({});
  });
});

describe('the trace id of a line', () => {
  const written = (fields: Readonly<Record<string, string>>) =>
    lineOf({ metrics: [], dimensions: {}, fields }).trace_id;
  afterEach(() => {
    delete process.env._X_AMZN_TRACE_ID;
  });

  test('is that of the runtime where no request names one', () => {
    process.env._X_AMZN_TRACE_ID =
      'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0';
    expect(written({})).toBe('67891233abcdef012345678912345678');
    expect(written({ trace_id: 'of-the-request' })).toBe('of-the-request');
  });

  test('is absent without any', () => {
    expect(written({})).toBeUndefined();
  });
});
