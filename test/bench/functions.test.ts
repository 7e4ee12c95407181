import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type FunctionResult, measureFunctions, requireAll } from '../../bench/functions/measure.ts';
import { MEASURED } from '../../bench/functions/operations.ts';
import { QUICK, readOptions } from '../../bench/functions/options.ts';
import { duration, functionFailures, functionFigures, functionTables } from '../../bench/functions/report.ts';
import type { Invocation, ProcessMessage } from '../../bench/functions/sample.ts';
import { listen } from '../../bench/loopback-server.ts';
import { reportJson } from '../../bench/report.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { profile as nams } from '../../profiles/nams.ts';

const at = (median: number) => ({ median, low: median - 0.1, high: median + 0.1 });
const RESULT: FunctionResult = {
  memoryMb: 512,
  importCpuMs: at(40),
  firstCallCpuMs: at(10),
  operations: { createKey: { cpuMs: at(2), waits: 3 } },
  largest: { title: 'a list', peakMb: 100 },
};

test('every function of the template is measured, and one that is not is named', () => {
  const names = Object.keys(functionSpecs({ ...nams, hasOperators: true }));
  expect(() => requireAll(names)).not.toThrow();
  const [background] = Object.keys(MEASURED).filter((name) => !names.includes(name));
  expect(background).toBe('forwarder-events');
  expect(() => requireAll([...names, 'billing'])).toThrow(/^billing: not measured/);
});

describe('in short', () => {
  test('functions are measured in processes of their own, on the whole stack', async () => {
    const only = ['accounts', 'tokens', 'forwarder-events', 'fetcher', 'usage'] as const;
    const results = await measureFunctions(QUICK, only);
    expect(Object.keys(results)).toEqual(only);
    for (const [name, { importCpuMs, firstCallCpuMs, operations, largest }] of Object.entries(results)) {
      expect([name, Object.keys(operations)]).toEqual([
        name,
        Object.keys(MEASURED[name as (typeof only)[number]].operations),
      ]);
      // Node alone holds some 40 MB.
      expect(largest.peakMb).toBeGreaterThan(40);
      for (const { median } of [importCpuMs, firstCallCpuMs]) expect(median).toBeGreaterThan(1);
      for (const { cpuMs } of Object.values(operations)) expect(cpuMs.median).toBeGreaterThan(0);
    }
    // Argon2id, which runs in libuv's threads, is in it; and the calls of a login are.
    expect(results.accounts?.operations.login?.cpuMs.median).toBeGreaterThan(10);
    expect(results.accounts?.operations.login?.waits).toBeGreaterThan(3);
    expect(functionTables(results)).toContain('| `accounts`, login |');
  });
});

test('waits are counted of whatever client, and those that are under way together are one', async () => {
  const { endpoint, stop } = await listen(
    createServer((_, response) => response.end()),
    new Agent(),
  );
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const code = `
    import { once } from 'node:events';
    import { get } from 'node:http';
    export async function handler({ url }) {
      const byFetch = () => fetch(url).then((response) => response.text());
      const byNode = () => once(get(url), 'response').then(([response]) => response.resume());
      await byFetch();
      await byNode();
      await Promise.all([byFetch(), byNode(), byFetch()]);
    }`;
  writeFileSync(join(folder, 'index.mjs'), code);
  const child = fork(fileURLToPath(new URL('../../bench/functions/process.ts', import.meta.url)), [folder]);
  try {
    await once(child, 'message');
    const event = JSON.stringify({ url: endpoint });
    child.send({ event, requestId: 'r', deadlineEpochMilliseconds: Date.now() } satisfies Invocation);
    const [told] = (await once(child, 'message')) as [ProcessMessage];
    expect(told).toMatchObject({ type: 'done', sample: { waits: 3 } });
  } finally {
    child.disconnect();
    rmSync(folder, { recursive: true });
    await stop();
  }
});

describe('a duration', () => {
  test('is the longer the less of a vCPU there is, and no shorter with more than one', () => {
    expect(duration(10, 0, 1769)).toBe(10);
    expect(duration(10, 0, 3538)).toBe(10);
    expect(duration(10, 0, 884.5)).toBe(20);
  });

  test('has as much of waiting with any memory', () => {
    expect(duration(0, 3, 256)).toBe(duration(0, 3, 1769));
  });
});

test('the report has each figure by its name, the sizes in a table, and the function’s own one in bold', () => {
  const json = JSON.parse(reportJson(functionFigures({ 'forwarder-events': RESULT })));
  expect(json).toMatchObject({
    forwarder_events_memory_mb: 512,
    forwarder_events_create_key_cpu_ms: 2,
    forwarder_events_create_key_waits: 3,
    forwarder_events_peak_mb: 100,
    intervals: { forwarder_events_import_cpu_ms: [39.9, 40.1] },
  });
  const tables = functionTables({ management: RESULT });
  expect(tables).toContain('| `management`, create key | 2.0 (1.9 to 2.1) | 3 | 29 (7.2) | **22 (11)** |');
  expect(tables).toContain('| a list | 100 (20 %) |');
});

test('a function that holds more than three quarters of its memory is a failure by its name', () => {
  expect(functionFailures({ management: RESULT })).toEqual([]);
  const full = { ...RESULT, largest: { title: 'a list', peakMb: 400 } };
  expect(functionFailures({ management: full })).toEqual([
    'management holds 400 of 512 MB for a list: more than three quarters',
  ]);
});

test('the command takes names of functions, and no other', () => {
  expect(readOptions(['--quick', 'stream'])).toEqual({ json: false, effort: QUICK, only: ['stream'] });
  expect(() => readOptions(['streams'])).toThrow(/^There is no function streams; there are authorizer, /);
});
