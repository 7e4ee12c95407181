import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { type Estimate, estimate } from '../statistics.ts';
import { type Bench, type Sizes, startBench } from './bench-stack.ts';
import { MEASURED, type MeasuredFunction, type Operation } from './operations.ts';
import { CHANNEL, type ToldSample } from './sample.ts';

/** How much is measured. */
export interface FunctionsEffort extends Sizes {
  /** Calls of an operation that are not counted, and that are. */
  readonly warmUpCalls: number;
  readonly calls: number;
  /** Fresh instances. */
  readonly instances: number;
  /** How often the largest call is made: what one leaves to be collected is there at the next. */
  readonly largestCalls: number;
}

/** What one call of an operation takes. */
export interface OperationResult {
  /** Milliseconds; of what follows a stream for a hundred records. */
  readonly cpuMs: Estimate;
  /** How often it waits for other services, one after the other. */
  readonly waits: number;
}

export interface FunctionResult {
  /** The size that the template gives it, MB. */
  readonly memoryMb: number;
  /** CPU of the import of its code, and of the first invocation in a fresh process, milliseconds. */
  readonly importCpuMs: Estimate;
  readonly firstCallCpuMs: Estimate;
  readonly operations: Readonly<Record<string, OperationResult>>;
  readonly largest: { readonly title: string; readonly peakMb: number };
}

export type FunctionsResult = Readonly<Record<string, FunctionResult>>;

/** Records of a stream for which its figures stand. */
const RECORDS = 100;
const TOLD_WITHIN_MILLISECONDS = 10_000;

/** Measures functions, by default every one that the template has, one after the other. */
export async function measureFunctions(
  { warmUpCalls, calls, instances, largestCalls, ...sizes }: FunctionsEffort,
  only?: readonly MeasuredFunction[],
): Promise<FunctionsResult> {
  const bench = await startBench(sizes);
  const watched = watch(bench);
  try {
    requireAll(Object.keys(bench.functions));
    const results: Record<string, FunctionResult> = {};
    for (const name of only ?? (Object.keys(MEASURED) as MeasuredFunction[])) {
      const { operations, largest } = MEASURED[name];
      const { memoryMb, logicalId } = bench.functions[name] ?? { memoryMb: 0, logicalId: '' };
      const [first] = Object.values(operations);
      const fresh: ToldSample[] = [];
      while (fresh.length < instances) {
        const run = await (first as Operation)(bench);
        await bench.stack.local.kill(logicalId);
        const [sample] = await watched.during(name, run);
        if (sample?.importCpuMs !== undefined) fresh.push(sample);
      }
      const measured: Record<string, OperationResult> = {};
      for (const [title, operation] of Object.entries(operations))
        measured[title] = await measureOperation(
          () => operation(bench),
          (run) => watched.during(name, run),
          { warmUpCalls, calls },
        );
      for (let index = 0; index < largestCalls; index += 1)
        await watched.during(name, await largest[1](bench));
      results[name] = {
        memoryMb,
        importCpuMs: estimate(fresh.map(({ importCpuMs = 0 }) => importCpuMs)),
        firstCallCpuMs: estimate(fresh.map(({ cpuMs }) => cpuMs)),
        operations: measured,
        largest: { title: largest[0], peakMb: watched.peakMb(name) },
      };
    }
    return results;
  } finally {
    watched.stop();
    await bench.stop();
  }
}

/** Throws an error that names the functions of a template for which nothing is measured. */
export function requireAll(names: readonly string[]): void {
  const missing = names.filter((name) => !(name in MEASURED));
  if (missing.length > 0)
    throw new Error(
      `${missing.join(', ')}: not measured; say what is asked of it in bench/functions/operations.ts`,
    );
}

async function measureOperation(
  prepare: () => Promise<() => Promise<unknown>>,
  during: (run: () => Promise<unknown>) => Promise<readonly ToldSample[]>,
  { warmUpCalls, calls }: Pick<FunctionsEffort, 'warmUpCalls' | 'calls'>,
): Promise<OperationResult> {
  const all: { readonly cpuMs: number; readonly waits: number }[] = [];
  for (let index = -warmUpCalls; index < calls; index += 1) {
    const samples = await during(await prepare());
    const sum = (of: (sample: ToldSample) => number) => samples.reduce((total, each) => total + of(each), 0);
    const records = sum((sample) => sample.records);
    const share = records === 0 ? 1 : RECORDS / records;
    if (index >= 0)
      all.push({ cpuMs: sum(({ cpuMs }) => cpuMs) * share, waits: sum(({ waits }) => waits) * share });
  }
  return {
    cpuMs: estimate(all.map(({ cpuMs }) => cpuMs)),
    waits: Math.round(estimate(all.map(({ waits }) => waits)).median),
  };
}

/** Listens to what instances tell. `during` gives what a function's have told while something ran, at least once. */
function watch({ stack, functions }: Bench) {
  const channel = new BroadcastChannel(CHANNEL);
  let samples: ToldSample[] = [];
  const peaks = new Map<string, number>();
  channel.onmessage = ({ data }: { readonly data: unknown }) => {
    const sample = data as ToldSample;
    samples.push(sample);
    const { functionName, peakMb } = sample;
    peaks.set(functionName, Math.max(peakMb, peaks.get(functionName) ?? 0));
  };
  const deployedName = (name: MeasuredFunction) =>
    stack.local.functionsByLogicalId[functions[name]?.logicalId ?? ''] ?? '';
  return {
    /** The most that an instance of it has held. */
    peakMb: (name: MeasuredFunction) => peaks.get(deployedName(name)) ?? 0,
    async during(name: MeasuredFunction, run: () => Promise<unknown>): Promise<readonly ToldSample[]> {
      const functionName = deployedName(name);
      const own = () => samples.filter((sample) => sample.functionName === functionName);
      samples = [];
      await run();
      // Another thread tells of it, at about the time of the answer.
      const deadline = performance.now() + TOLD_WITHIN_MILLISECONDS;
      while (own().length === 0 && performance.now() < deadline) await sleep(1);
      if (own().length === 0) throw new Error(`${name} was not called.`);
      return own();
    },
    stop: () => channel.close(),
  };
}
