import { type Estimate, estimate } from './statistics.ts';

/** Does one thing once. Throws when it did not succeed: a failure is never measured as a fast success. */
export type Call = () => Promise<void>;

/** A comparison: how long `subject` takes, as a multiple of `floor`. */
export interface Pair {
  readonly floor: Call;
  readonly subject: Call;
}

export interface Ratio {
  readonly ratio: Estimate;
  /** Microseconds of one call, for orientation only: they are this machine's. */
  readonly floorMicroseconds: number;
  readonly subjectMicroseconds: number;
}

/**
 * Compares all pairs side by side. A round times a small batch of each side right after the other and gives one
 * ratio, so that what slows the machine for longer than a batch slows both; the side that begins alternates.
 */
export async function comparePairs<Name extends string>(
  pairs: Readonly<Record<Name, Pair>>,
  rounds: number,
  callsPerBatch: number,
): Promise<Readonly<Record<Name, Ratio>>> {
  const entries = Object.entries(pairs) as [Name, Pair][];
  const times = entries.map(() => ({ floor: [] as number[], subject: [] as number[] }));
  for (let round = -warmUp(rounds); round < rounds; round += 1) {
    for (const [index, [, pair]] of entries.entries()) {
      const order = round % 2 === 0 ? (['floor', 'subject'] as const) : (['subject', 'floor'] as const);
      for (const side of order) {
        const milliseconds = await timeBatch(pair[side], callsPerBatch);
        if (round >= 0) times[index]?.[side].push((milliseconds / callsPerBatch) * 1000);
      }
    }
  }
  const ratios = entries.map(([name], index) => [name, ratioOf(times[index]?.floor, times[index]?.subject)]);
  return Object.fromEntries(ratios) as Record<Name, Ratio>;
}

/**
 * Times several sides, one batch of each after the other in every round, and gives the microseconds of one call by
 * round; what begins a round rotates.
 */
export async function timeSides<Name extends string>(
  sides: Readonly<Record<Name, Call>>,
  rounds: number,
  callsPerBatch: number,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(sides) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = -warmUp(rounds); round < rounds; round += 1) {
    const first = (round + warmUp(rounds)) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const milliseconds = await timeBatch(sides[name], callsPerBatch);
      if (round >= 0) times[name].push((milliseconds / callsPerBatch) * 1000);
    }
  }
  return times;
}

/** How often each side is called in all, for those who must prepare something for every call. */
export function callsOfEach(rounds: number, callsPerBatch: number): number {
  return (warmUp(rounds) + rounds) * callsPerBatch;
}

/** Rounds that are not counted: both sides are to be compiled and connected. Even, to keep the alternation. */
function warmUp(rounds: number): number {
  return 2 * Math.ceil(rounds / 10);
}

async function timeBatch(call: Call, calls: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < calls; index += 1) await call();
  return performance.now() - start;
}

function ratioOf(floor: readonly number[] = [], subject: readonly number[] = []): Ratio {
  return {
    ratio: estimate(subject.map((time, round) => time / (floor[round] ?? Number.NaN))),
    floorMicroseconds: estimate(floor).median,
    subjectMicroseconds: estimate(subject).median,
  };
}
