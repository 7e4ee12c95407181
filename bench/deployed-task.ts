/** What is asked for, and what has to come of it: an outcome of the authorizer, or of a bare call nothing. */
export type Side =
  | { readonly kind: 'bare'; readonly endpoint: string; readonly body: string }
  | {
      readonly kind: 'decision';
      readonly endpoint: string;
      /** One after the other, the last one again and again. */
      readonly events: readonly object[];
      readonly outcome: string;
      /** How far its clock moves before each call, so that what an instance knows becomes old. @default 0 */
      readonly millisecondsBetween?: number;
    };

export interface Task {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly sides: Readonly<Record<string, Side>>;
  readonly rounds: number;
  readonly callsPerBatch: number;
}

/** Microseconds of one call by round: as the clock has them, and of CPU of this process. */
export type Samples = Readonly<Record<string, { readonly wall: number[]; readonly cpu: number[] }>>;

/** Calls of a side that nobody counts, so that its code is compiled. */
const WARM_UP_CALLS = 600;

/** Rounds that are not counted. */
export function warmUpRounds(rounds: number, callsPerBatch: number): number {
  return Math.max(Math.ceil(rounds / 5), Math.ceil(WARM_UP_CALLS / callsPerBatch));
}

/** Calls of one side in a process, with one before each batch. */
export function callsOfSide(rounds: number, callsPerBatch: number): number {
  return (warmUpRounds(rounds, callsPerBatch) + rounds) * (callsPerBatch + 1);
}
