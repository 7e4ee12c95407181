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
