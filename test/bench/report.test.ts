import { describe, expect, it } from 'vitest';
import { failures, figures, type Results, reportJson, reportTable } from '../../bench/report.ts';
import { estimate } from '../../bench/statistics.ts';

const at = (median: number, spread = 0.01) => ({ median, low: median - spread, high: median + spread });
const ratio = (median: number) => ({
  ratio: at(median),
  floorMicroseconds: 700,
  subjectMicroseconds: 700 * median,
});

const GOOD: Results = {
  warm: { key: ratio(1.2), token: ratio(1.1), newToken: ratio(1.4), noise: ratio(1) },
  calls: { hot: 1.002, hotDecisionsPerSecond: 250, hourly: 2.115 },
  cold: {
    keyOverEmptyMs: at(12, 1),
    tokenOverEmptyMs: at(14, 1),
    importOverEmptyMs: at(6, 1),
    bareOverEmptyMs: at(9, 1),
    emptyMs: 20,
  },
  scale: { keys: 1_000_000, large: ratio(1.02) },
  proxy: {
    ofNginx: { small: at(7), large: at(2), throughput: at(0.2) },
    ofPrevious: { small: at(0.8), large: at(0.9), throughput: at(1.4) },
    addedOfPrevious: at(0.8),
    directMicroseconds: 75,
    forwarderMicroseconds: 900,
  },
  bundle: { bytes: 49_000, gzipBytes: 18_000 },
};

describe('the report', () => {
  it('has the promised fields as numbers, in one JSON object', () => {
    const report = JSON.parse(reportJson(figures(GOOD)));
    expect(report).toMatchObject({
      key_decision_over_floor: 1.2,
      jwt_decision_over_floor: 1.1,
      calls_per_decision: 1.002,
      cold_start_over_empty_ms: 12,
      authorizer_bytes: 49_000,
    });
    expect(Object.values(report).every((value) => Number.isFinite(value))).toBe(true);
  });

  it('says of each target whether it is met', () => {
    const slow = { ...GOOD, warm: { ...GOOD.warm, key: ratio(1.6) } };
    expect(reportTable(figures(GOOD))).not.toContain('miss');
    expect(reportTable(figures(slow)).match(/miss/g)).toHaveLength(1);
  });

  it('leaves nginx out where it is not installed, and has everything else', () => {
    const names = (results: Results) => figures(results).map(({ name }) => name);
    const without = names({ ...GOOD, proxy: { ...GOOD.proxy, ofNginx: null } });
    expect(without).toEqual(names(GOOD).filter((name) => !name.includes('nginx')));
    expect(without).toContain('forwarder_added_over_fetch');
  });
});

describe('a run fails', () => {
  it('never when all targets are met', () => {
    expect(failures(figures(GOOD))).toEqual([]);
  });

  it('always on a counted figure over its target', () => {
    const chatty = { ...GOOD, calls: { ...GOOD.calls, hot: 2 } };
    expect(failures(figures(chatty))).toEqual([expect.stringContaining('calls_per_decision')]);
  });

  it('never on a timed one, which the table says was missed', () => {
    const slow = figures({ ...GOOD, cold: { ...GOOD.cold, keyOverEmptyMs: at(20, 2) } });
    expect(failures(slow)).toEqual([]);
    expect(reportTable(slow)).toMatch(/Cold start by key.* miss/);
  });
});

describe('an estimate', () => {
  it('is the median, within an interval of its samples', () => {
    expect(estimate([5, 1, 3])).toMatchObject({ median: 3 });
    expect(estimate([4, 1, 3, 2])).toMatchObject({ median: 2.5 });
    const { low, median, high } = estimate(Array.from({ length: 101 }, (_, index) => index));
    expect([low, median, high]).toEqual([40, 50, 60]);
  });

  it('of nothing is an error, not a number', () => {
    expect(() => estimate([])).toThrow(RangeError);
  });
});
