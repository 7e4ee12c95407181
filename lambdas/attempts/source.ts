import { createHash } from 'node:crypto';
import type { AddressLimits } from '../contract/deployment.ts';
import { ERRORS } from '../contract/errors.ts';
import { networkOf } from '../kernel/address.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, rateLimited } from '../kernel/problem.ts';

/** How often one source address may do something within a window of the clock. */
export interface SourceLimit {
  /** Names what is counted; each is counted by itself. */
  readonly what:
    | 'account'
    | 'login'
    | 'factor'
    | 'challenge'
    | 'refresh'
    | 'invalid'
    | 'registration'
    | 'client-document'
    | 'device'
    | 'provider'
    | 'invitation'
    | 'invitation-address'
    | 'download'
    | 'account-end'
    | 'mail'
    | `mail-${string}`;
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
/** As many as wrong passwords. */
export const factorLimit = (limits: AddressLimits): SourceLimit => ({
  ...loginLimit(limits),
  what: 'factor',
});
/** As many as wrong passwords. */
export const invalidLimit = (limits: AddressLimits): SourceLimit => ({
  ...loginLimit(limits),
  what: 'invalid',
});
export const refreshLimit = ({ failedRefreshesPerTenMinutes: limit }: AddressLimits): SourceLimit => ({
  what: 'refresh',
  limit,
  windowSeconds: 600,
});

/** Challenges to passkeys, before anybody is known: more than people ask for. */
export const challengeLimit: SourceLimit = { what: 'challenge', limit: 60, windowSeconds: 600 };

/** Devices that are begun, and codes of devices that are entered: more than people and their devices do. */
export const deviceLimit: SourceLimit = { what: 'device', limit: 60, windowSeconds: 600 };

/** Sign-ins that are begun at an identity provider: more than the people of an office do. */
export const providerLimit: SourceLimit = { what: 'provider', limit: 300, windowSeconds: 600 };

/** Seconds for which a place from which an account has logged in is remembered. */
export const PLACE_SECONDS = 30 * 86_400;

/** Counters and places by ids that are hashes: no address stands in the table's keys. Times are Unix seconds. */
export interface SourceStore {
  /** Counts one more, and gives the number with it. The counter forgets itself after `endsAt`. */
  count(id: string, endsAt: number): Promise<number>;
  /** Takes one back, where there is such a counter still. */
  giveBack(id: string): Promise<void>;
  /** Remembers a place until then; what a login begins with tells whether it is known. */
  remember(id: string, until: number): Promise<void>;
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
  const { id, count, secondsLeft } = await countOne(
    store,
    [what, networkOf(address, ipv4Bits)],
    windowSeconds,
    now,
  );
  if (count > limit) throw tooMany(secondsLeft);
  return { giveBack: () => store.giveBack(id) };
}

/**
 * The same of an account, by its address or id, wherever attempts come from. Whether there is such an account makes no
 * difference.
 */
export async function takeFromAccount(
  store: SourceStore,
  account: string,
  { what, limit, windowSeconds }: SourceLimit,
  now: number,
): Promise<void> {
  const { count, secondsLeft } = await countOne(store, [what, account], windowSeconds, now);
  if (count > limit) throw rateLimited(secondsLeft, 'Too many attempts for this account.');
}

/** Counts one more in the window of `now`: how many there are with it, and the seconds until the window ends. */
async function countOne(
  store: SourceStore,
  whom: readonly [what: string, whose: string],
  windowSeconds: number,
  now: number,
): Promise<{ readonly id: string; readonly count: number; readonly secondsLeft: number }> {
  const window = Math.floor(now / windowSeconds);
  const endsAt = (window + 1) * windowSeconds;
  const id = digest(...whom, String(window));
  return { id, count: await store.count(id, endsAt), secondsLeft: endsAt - now };
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

/** Source addresses that an instance knows to be over the limit; the oldest goes first. */
const MAX_REMEMBERED = 10_000;

/**
 * Counts requests that are not valid by their source address: beyond the limit the error to answer with is
 * `rate_limited`. What is valid is never refused for them, so that a neighbour keeps nobody out.
 */
export function invalidRequests(
  store: SourceStore,
  limits: AddressLimits,
  clock: Clock,
): (error: unknown, address: string) => Promise<unknown> {
  /** Until when (Unix seconds) an address is over the limit: no write more is made for it. */
  const exhausted = new BoundedMap<string, number>(MAX_REMEMBERED);
  return async (error, address) => {
    if (!(error instanceof Problem) || ERRORS[error.code].type !== 'validation_error') return error;
    const [now, network] = [clock(), networkOf(address)];
    const until = exhausted.get(network) ?? 0;
    if (until > now) return tooMany(until - now);
    try {
      await takeFromSource(store, address, invalidLimit(limits), now);
      return error;
    } catch (refusal) {
      // Where it cannot be counted the caller is told what is wrong all the same.
      if (!(refusal instanceof Problem) || refusal.code !== 'rate_limited') return error;
      exhausted.set(network, now + (refusal.retryAfterSeconds ?? 0));
      return refusal;
    }
  };
}

function tooMany(seconds: number): Problem {
  return rateLimited(seconds, 'Too many attempts from your address.');
}

/** Names an account at a source address: where it has logged in before, strangers cannot keep it out. */
export function placeOf(email: string, address: string): string {
  return digest('place', email, networkOf(address));
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
