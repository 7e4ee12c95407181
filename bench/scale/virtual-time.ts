import { syncBuiltinESMExports } from 'node:module';
import promised from 'node:timers/promises';

/**
 * Time that passes only when everything that can happen has happened. Whole milliseconds: what happens within one happens
 * at once.
 */
export class VirtualTime {
  /** Milliseconds since the beginning. */
  nowMs = 0;
  readonly #due = new Map<number, (() => void)[]>();
  /** A binary heap of the times in {@link #due}. */
  readonly #times: number[] = [];

  /** Unix seconds. */
  readonly clock = (): number => EPOCH_SECONDS + Math.floor(this.nowMs / 1000);

  readonly monotonic = (): number => this.nowMs;

  after(ms: number, happen: () => void): void {
    const at = this.nowMs + Math.max(0, Math.ceil(ms));
    const due = this.#due.get(at);
    if (due === undefined) {
      this.#due.set(at, [happen]);
      push(this.#times, at);
    } else due.push(happen);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass until so many milliseconds since the beginning. */
  async run(untilMs: number): Promise<void> {
    // What was begun before is as far as it comes by itself.
    await new Promise((resolve) => setImmediate(resolve));
    for (let at = this.#times[0]; at !== undefined && at <= untilMs; at = this.#times[0]) {
      pop(this.#times);
      this.nowMs = at;
      const due = this.#due.get(at) ?? [];
      this.#due.delete(at);
      for (const happen of due) happen();
      // All promises that follow from it are settled before the next event.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.nowMs = untilMs;
  }
}

/** When the simulations begin: a date of no importance, at the beginning of a minute. */
const EPOCH_SECONDS = 1_800_000_000;

/**
 * Gives code that waits by the platform's timers virtual time, and code that draws a number one that is the same in each
 * run: for the whole process, as the simulated code is the product's own.
 */
export function rule(time: VirtualTime, seed: number): void {
  const sleep = (ms = 0) => time.sleep(ms);
  globalThis.setTimeout = ((happen: () => void, ms = 0) => time.after(ms, happen)) as typeof setTimeout;
  promised.setTimeout = sleep as typeof promised.setTimeout;
  syncBuiltinESMExports();
  Math.random = randomFrom(seed);
}

/** Numbers from 0 to 1 that look random and follow from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function push(heap: number[], value: number): void {
  let index = heap.push(value) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if ((heap[parent] as number) <= value) break;
    heap[index] = heap[parent] as number;
    index = parent;
  }
  heap[index] = value;
}

function pop(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= last) break;
    heap[index] = heap[child] as number;
    index = child;
  }
  heap[index] = last;
}
