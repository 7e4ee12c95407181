import { createHash } from 'node:crypto';
import type { AddressLimits } from '../contract/deployment.ts';
import { networkOf } from '../kernel/address.ts';
import { Problem, rateLimited } from '../kernel/problem.ts';

/** How often one source address may do something within a window of the clock. */
export interface SourceLimit {
  /** Names what is counted; each is counted by itself. */
  readonly what: 'account' | 'login' | 'refresh' | 'registration' | 'client-document' | 'device';
  readonly limit: number;
  readonly windowSeconds: number;
  /** How much of an IPv4 address is one source. @default 32, all of it */
  readonly ipv4Bits?: 24;
}

export const accountLimit = ({ accountsPerHour: limit }: AddressLimits): SourceLimit => ({
  what: 'account',
  limit,
  windowSeconds: 3600,
});
export const loginLimit = ({ failedLoginsPerTenMinutes: limit }: AddressLimits): SourceLimit => ({
  what: 'login',
  limit,
  windowSeconds: 600,
});
export const refreshLimit = ({ failedRefreshesPerTenMinutes: limit }: AddressLimits): SourceLimit => ({
  what: 'refresh',
  limit,
  windowSeconds: 600,
});

/** Devices that are begun, and codes of devices that are entered: more than people and their devices do. */
export const deviceLimit: SourceLimit = { what: 'device', limit: 60, windowSeconds: 600 };

/** Seconds for which a place from which an account has logged in is remembered. */
export const PLACE_SECONDS = 30 * 86_400;

/** Counters and places by ids that are hashes: no address stands in the table's keys. Times are Unix seconds. */
export interface SourceStore {
  /** Counts one more, and gives the number with it. The counter forgets itself after `endsAt`. */
  count(id: string, endsAt: number): Promise<number>;
  /** Takes one back, where there is such a counter still. */
  giveBack(id: string): Promise<void>;
  remember(id: string, until: number): Promise<void>;
  knows(id: string, now: number): Promise<boolean>;
}

/** An attempt of an address, counted before it is known whether it may. */
export interface Taken {
  /** For what turned out to be right: it does not count against the address. */
  giveBack(): Promise<void>;
}

/**
 * Counts an attempt of a source address, one by one also in parallel, before the work is done.
 * Throws `rate_limited` until the window ends for what is over the limit.
 */
export async function takeFromSource(
  store: SourceStore,
  address: string,
  { what, limit, windowSeconds, ipv4Bits }: SourceLimit,
  now: number,
): Promise<Taken> {
  const window = Math.floor(now / windowSeconds);
  const endsAt = (window + 1) * windowSeconds;
  const id = digest(what, networkOf(address, ipv4Bits), String(window));
  if ((await store.count(id, endsAt)) > limit) {
    throw rateLimited(endsAt - now, 'Too many attempts from your address.');
  }
  return { giveBack: () => store.giveBack(id) };
}

/**
 * Lets an attempt through that cannot be guessed, and counts it when it fails: what is right always passes, and who is
 * over the limit is told so. Throws what the attempt throws, or `rate_limited` instead of `invalid_grant`.
 */
export async function countingFailures<Result>(
  attempt: Promise<Result>,
  source: {
    readonly store: SourceStore;
    readonly address: string;
    readonly limit: SourceLimit;
    /** Unix seconds. */
    readonly now: number;
  },
): Promise<Result> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid_grant') {
      await takeFromSource(source.store, source.address, source.limit, source.now);
    }
    throw error;
  }
}

/** Names an account at a source address: where it has logged in before, strangers cannot keep it out. */
export function placeOf(email: string, address: string): string {
  return digest('place', email, networkOf(address));
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
