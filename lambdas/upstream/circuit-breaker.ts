import type { CircuitBreakerSettings } from '../contract/upstream.ts';
import { Problem } from '../kernel/problem.ts';

/**
 * Keeps calls from an upstream that does not answer, so that callers are told at once and it is left alone. It is open
 * after some failures in a row; when its time is up, one call is let through, and what comes of that call closes it or
 * opens it again. It knows what its own instance of the function has seen.
 */
export class CircuitBreaker {
  readonly #settings: CircuitBreakerSettings;
  readonly #opened: () => void;
  /** Seconds; monotonic. */
  readonly #clock: () => number;
  #failuresInARow = 0;
  #openUntil = Number.NEGATIVE_INFINITY;
  #isProbing = false;

  /** @param opened is told each time that it opens */
  constructor(
    settings: CircuitBreakerSettings,
    opened: () => void,
    clock: () => number = () => performance.now() / 1000,
  ) {
    this.#settings = settings;
    this.#opened = opened;
    this.#clock = clock;
  }

  /** Makes a call, unless the circuit is open: then it throws `unavailable`, with the seconds until it is worth asking. */
  async call<Result>(make: () => Promise<Result>): Promise<Result> {
    const left = this.#openUntil - this.#clock();
    const wasOpen = this.#failuresInARow >= this.#settings.failures;
    if (left > 0 || (wasOpen && this.#isProbing)) throw open(Math.max(1, Math.ceil(left)));
    this.#isProbing = wasOpen;
    try {
      const result = await make();
      this.#failuresInARow = 0;
      return result;
    } catch (error) {
      this.#failuresInARow += 1;
      if (this.#failuresInARow >= this.#settings.failures) {
        this.#openUntil = this.#clock() + this.#settings.openSeconds;
        this.#opened();
      }
      throw error;
    } finally {
      if (wasOpen) this.#isProbing = false;
    }
  }
}

function open(retryAfterSeconds: number): Problem {
  return new Problem('unavailable', {
    message: 'The service behind this API does not answer. Try again later.',
    cause: 'the circuit is open',
    retryAfterSeconds,
  });
}
