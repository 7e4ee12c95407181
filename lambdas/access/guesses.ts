import { networkOf } from '../kernel/address.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import { isImported } from '../keys/key-format.ts';

/** Different unknown keys that one source address may present at once, at one instance. */
const FREE_GUESSES = 50;

/** And after those, a second. */
const GUESSES_PER_SECOND = 1;

/** Seconds for which a key that is unknown is remembered as such: none that we make was presented before. */
const REMEMBERED_SECONDS = 60;

/** Of each kind that an instance remembers; the oldest goes first. */
const MAX_REMEMBERED = 10_000;

/** An instance's judgement of a well-formed key before it looks it up. */
export type Suspicion = 'none' | 'known to be unknown' | 'guessing';

interface Bucket {
  guesses: number;
  /** Unix seconds at which `guesses` was so. */
  at: number;
}

/**
 * The memory of one instance of the authorizer about keys that nobody has. Who presents many different ones is looked up
 * no more than {@link GUESSES_PER_SECOND}, unless the key has been right from that address before. No round trip, and
 * nothing shared: an instance does one request at a time, so it bounds what each of them can be made to do for nothing.
 */
export class Guesses {
  readonly #buckets = new BoundedMap<string, Bucket>(MAX_REMEMBERED);
  /** Hashes of unknown keys, and until when they are remembered. */
  readonly #unknown = new BoundedMap<string, number>(MAX_REMEMBERED);
  /** Source and locator of keys that were right. */
  readonly #right = new BoundedMap<string, true>(MAX_REMEMBERED);

  suspicion(address: string, locator: string, hash: Uint8Array, now: number): Suspicion {
    // A key of another system may be imported after it was presented: that one is looked up again.
    if (this.#isUnknown(hash, now) && !isImported(locator)) return 'known to be unknown';
    // Nearly always nobody guesses: then nothing is made of the address.
    if (this.#buckets.size === 0) return 'none';
    const source = networkOf(address);
    const bucket = this.#buckets.get(source);
    if (bucket === undefined || left(bucket, now) < FREE_GUESSES) return 'none';
    return this.#right.has(`${source} ${locator}`) ? 'none' : 'guessing';
  }

  /** Notes a key that turned out to be nobody's. */
  wrong(address: string, hash: Uint8Array, now: number): void {
    // One key that comes again and again is one guess.
    if (this.#isUnknown(hash, now)) return;
    this.#unknown.set(textOf(hash), now + REMEMBERED_SECONDS);
    const source = networkOf(address);
    const bucket = this.#buckets.get(source);
    const guesses = bucket === undefined ? 0 : left(bucket, now);
    this.#buckets.set(source, { guesses: guesses + 1, at: now });
  }

  #isUnknown(hash: Uint8Array, now: number): boolean {
    return (this.#unknown.get(textOf(hash)) ?? 0) > now;
  }

  /** Notes a key that was right, so that others behind the same address cannot keep it out. */
  right(address: string, locator: string): void {
    const place = `${networkOf(address)} ${locator}`;
    if (!this.#right.has(place)) this.#right.set(place, true);
  }
}

/** The guesses that still count. A clock that goes back forgives nothing. */
function left({ guesses, at }: Bucket, now: number): number {
  return Math.max(0, guesses - Math.max(0, now - at) * GUESSES_PER_SECOND);
}

function textOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}
