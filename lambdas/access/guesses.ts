import { BoundedMap } from '../kernel/bounded-map.ts';
import { isImported } from '../keys/key-format.ts';

/** Seconds for which a wrong key is remembered. */
const REMEMBERED_SECONDS = 60;

/** Wrong keys that an instance remembers; the oldest goes first. */
const MAX_REMEMBERED = 10_000;

/**
 * The memory of one instance of the authorizer about keys that nobody has: of each the pair of locator and hash, never
 * who sent it, so that nobody's guesses refuse a key that is right. A program that keeps sending one costs no write.
 */
export class Guesses {
  /** Until when, by locator and hash. */
  readonly #wrong = new BoundedMap<string, number>(MAX_REMEMBERED);

  /** Whether this very key was wrong within {@link REMEMBERED_SECONDS}. */
  isWrong(locator: string, hash: Uint8Array, now: number): boolean {
    return this.#wrong.size > 0 && (this.#wrong.get(pairOf(locator, hash)) ?? 0) > now;
  }

  /** Notes a key that nobody has: none that we make is presented before it is made. */
  wrong(locator: string, hash: Uint8Array, now: number): void {
    // Another system's may be imported after it was presented.
    if (!isImported(locator)) this.#wrong.set(pairOf(locator, hash), now + REMEMBERED_SECONDS);
  }
}

function pairOf(locator: string, hash: Uint8Array): string {
  return locator + Buffer.from(hash).toString('base64');
}
