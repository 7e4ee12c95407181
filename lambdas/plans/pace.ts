/** Lets callers through at a steady rate after a first burst: a token bucket whose callers wait. */
export class Pace {
  readonly #intervalMs: number;
  readonly #burst: number;
  readonly #time: Time;
  /** When the bucket would be full again, were nobody to come: monotonic milliseconds. */
  #fullAt = 0;

  constructor(ratePerSecond: number, burst: number, time: Time) {
    this.#intervalMs = 1000 / ratePerSecond;
    this.#burst = burst;
    this.#time = time;
  }

  /** Resolves when the next call may be made. */
  async turn(): Promise<void> {
    const now = this.#time.now();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#intervalMs;
    const wait = this.#fullAt - this.#burst * this.#intervalMs - now;
    if (wait > 0) await this.#time.sleep(wait);
  }
}

/** Monotonic milliseconds, and how to let some pass. */
export interface Time {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export const TIME: Time = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
