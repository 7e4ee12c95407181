import { describe, expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';
import { failures, figures, type Results, reportJson, reportTable } from '../../bench/report.ts';
import { estimate, quotientOfLowest, quotientOfProcesses } from '../../bench/statistics.ts';

const at = (median: number, spread = 0.01) => ({ median, low: median - spread, high: median + spread });
const ratio = (median: number) => ({
  ratio: at(median),
  floorMicroseconds: 700,
  subjectMicroseconds: 700 * median,
});

const GOOD: Results = {
  deployed: {
    wallOverBare: at(1.4),
    wallOverExpression: at(1.2),
    noise: at(1),
    cpuOverBare: {
      key: at(1.9),
      session: at(1.8),
      newToken: at(3),
      allowList: at(2),
      tenants: at(2),
      garbled: at(0.2),
      unknown: at(2),
      revoked: at(2),
      expired: at(2),
      elsewhere: at(2),
      scope: at(2),
      limited: at(2),
    },
    cpuNoise: at(1),
    expressionCpuOverBare: at(1.1),
  },
  calls: { hot: 1.002, hotDecisionsPerSecond: 250, hourly: 2.115 },
  loginCalls: 8,
  cold: {
    keyOverBare: at(1.1),
    sessionOverBare: at(1.2),
    keyCpuOverBare: at(1.1),
    invocationCpuMsOverEmpty: at(12, 1),
    importCpuMsOverEmpty: at(40, 1),
    bareCpuMsOverEmpty: at(30, 1),
  },
  scale: { keys: 1_000_000, large: ratio(1.02) },
  proxy: {
    ofNginx: { small: at(7), large: at(2), throughput: at(0.2) },
    ofPrevious: { small: at(0.8), large: at(0.9), throughput: at(1.4) },
    addedOfPrevious: at(0.8),
    directMicroseconds: 75,
    forwarderMicroseconds: 900,
  },
  local: {
    startSeconds: at(7),
    restartSeconds: at(3),
    cpuMsPerRequest: at(3.5),
    peersCpuMsPerRequest: {
      'better-auth': at(4.5),
      'better-auth on disk': at(5),
      'express-gateway': at(3),
      introspection: at(2),
    },
  },
  bundle: { bytes: 49_000, gzipBytes: 18_000 },
};

describe('the report', () => {
  it('has the promised fields as numbers, in one JSON object', () => {
    const report = JSON.parse(reportJson(figures(GOOD)));
    expect(report).toMatchObject({
      decision_wall_over_bare: 1.4,
      decision_cpu_over_bare: 1.9,
      session_cpu_over_bare: 1.8,
      refused_garbled_cpu_over_bare: 0.2,
      calls_per_decision: 1.002,
      login_calls: 8,
      first_invocation_cpu_ms_over_empty: 12,
      cold_tls_over_bare_tls: 1.1,
      start_seconds: 7,
      restart_seconds: 3,
      local_cpu_ms_per_request: 3.5,
      better_auth_cpu_ms_per_request: 4.5,
      better_auth_on_disk_cpu_ms_per_request: 5,
      express_gateway_cpu_ms_per_request: 3,
      introspection_cpu_ms_per_request: 2,
      authorizer_bytes: 49_000,
    });
    const { intervals, ...values } = report;
    expect(Object.values(values).every((value) => Number.isFinite(value))).toBe(true);
    expect(intervals).toMatchObject({ decision_wall_over_bare: [1.39, 1.41], start_seconds: [7, 7] });
    expect(intervals).not.toHaveProperty('login_calls');
  });

  it('says of each target whether it is met', () => {
    const slow = { ...GOOD, deployed: { ...GOOD.deployed, wallOverBare: at(1.6) } };
    expect(reportTable(figures(GOOD))).not.toContain('miss');
    expect(reportTable(figures(slow)).match(/miss/g)).toHaveLength(1);
  });

  it('leaves nginx out where it is not installed, and has everything else', () => {
    const names = (results: Results) => figures(results).map(({ name }) => name);
    const without = names({ ...GOOD, proxy: { ...GOOD.proxy, ofNginx: null } });
    expect(without).toEqual(names(GOOD).filter((name) => !name.includes('nginx')));
    expect(without).toContain('forwarder_added_over_fetch');
  });

  it('has figures of others only where they were measured', () => {
    const names = (results: Results) => figures(results).map(({ name }) => name);
    const peersCpuMsPerRequest = {
      ...GOOD.local.peersCpuMsPerRequest,
      'better-auth': null,
      'better-auth on disk': null,
    };
    const without = names({ ...GOOD, local: { ...GOOD.local, peersCpuMsPerRequest } });
    expect(without).toEqual(names(GOOD).filter((name) => !name.startsWith('better_auth')));
  });
});

describe('the command line', () => {
  it('may ask for one part alone, and for none that there is not', () => {
    expect(readOptions(['--only', 'cold'])).toMatchObject({ only: 'cold', json: false });
    expect(readOptions(['--json'])).toMatchObject({ only: undefined, json: true });
    expect(() => readOptions(['--only', 'calls'])).toThrow('--only takes one of decisions, cold, local');
  });
});

describe('a run fails', () => {
  it('never when all targets are met', () => {
    expect(failures(figures(GOOD))).toEqual([]);
  });

  it('always on a counted figure over its target', () => {
    const chatty = { ...GOOD, calls: { ...GOOD.calls, hot: 2 } };
    expect(failures(figures(chatty))).toEqual([expect.stringContaining('calls_per_decision')]);
    expect(failures(figures({ ...GOOD, loginCalls: 9 }))).toEqual(['login_calls is 9; the target is 8']);
  });

  it('never on a timed one, which the table says was missed', () => {
    const slow = figures({ ...GOOD, cold: { ...GOOD.cold, keyOverBare: at(1.5) } });
    expect(failures(slow)).toEqual([]);
    expect(reportTable(slow)).toMatch(/Cold start by key.*missed/);
  });
});

describe('a ratio of tenth percentiles', () => {
  it('is what calls cost when nothing was in their way', () => {
    // Half of them were, and by far.
    const floor = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 10 : 90));
    const subject = floor.map((time) => (time === 10 ? 20 : 500));
    expect(quotientOfLowest(subject, floor)).toBe(2);
  });

  it('of processes has an interval, in which it lies itself', () => {
    const floor = Array.from({ length: 60 }, (_, index) => 100 + (index % 7));
    const subject = floor.map((time, index) => time * (index % 2 === 0 ? 1.1 : 1.3));
    const { low, median, high } = quotientOfProcesses(subject, floor);
    expect(low).toBeLessThanOrEqual(median);
    expect(high).toBeGreaterThanOrEqual(median);
    expect([low, median, high].every((each) => each > 1 && each < 1.4)).toBe(true);
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
