import { randomFrom } from './virtual-time.ts';

export interface Sharded {
  readonly limit: number;
  readonly shards: number;
  /** The share of its limit that a caller who uses exactly the limit is refused: the mean, and of one window in a hundred. */
  readonly lost: number;
  readonly lostInHundred: number;
}

const WINDOWS = 200;

/**
 * A limit that is counted in several items, of which each call takes one at random and each has its part of the limit: never
 * more than the limit is let through, and a little less where the parts are not used alike.
 */
export function shardedCounter(limit: number, shards: number, seed: number): Sharded {
  const random = randomFrom(seed);
  const part = Math.floor(limit / shards);
  const lost = Array.from({ length: WINDOWS }, () => {
    const counts = new Array<number>(shards).fill(0);
    for (let call = 0; call < limit; call += 1) {
      const shard = Math.floor(random() * shards);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    const allowed = counts.reduce((sum, count) => sum + Math.min(count, part), 0);
    return 1 - allowed / limit;
  }).sort((a, b) => a - b);
  return {
    limit,
    shards,
    lost: lost.reduce((sum, each) => sum + each, 0) / WINDOWS,
    lostInHundred: lost[Math.floor(WINDOWS * 0.99)] ?? 0,
  };
}
