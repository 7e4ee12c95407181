import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';

const DAY_SECONDS = 86_400;

/** Days that can be looked up, today included. */
export const MAX_USAGE_DAYS = 90;

/** Days that are kept: more than can be looked up, so that no clock that is behind misses one. */
export const KEPT_USAGE_DAYS = MAX_USAGE_DAYS + 2;

/** The day of a time in Unix seconds, numbered from 1970-01-01, in UTC. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

/** Uses of a key as one record of the stream shows them. */
export interface KeyUse {
  readonly tenantId: string;
  readonly keyId: string;
  readonly environment: Environment;
  /** The key's uses since it was made, this one included. */
  readonly count: number;
  /** When it was used, in Unix seconds. */
  readonly at: number;
}

/** Requests by day. */
export type DailyCounts = ReadonlyMap<number, number>;

/** Requests by environment and day. */
export type Usage = Readonly<Record<Environment, DailyCounts>>;

/** The uses of a key that are still to be counted beyond `counted`: how many on which day. */
export interface Uncounted {
  readonly counted: number;
  readonly days: DailyCounts;
}

/**
 * The additions of one key's uses to its count. A use that comes again is below the mark and adds nothing;
 * one whose predecessors never came brings them along, on its own day: the sum is the key's own count, always.
 */
export function uncounted(counted: number, uses: readonly Pick<KeyUse, 'count' | 'at'>[]): Uncounted {
  const days = new Map<number, number>();
  let mark = counted;
  for (const { count, at } of uses) {
    if (count <= mark) continue;
    const day = dayOf(at);
    days.set(day, (days.get(day) ?? 0) + count - mark);
    mark = count;
  }
  return { counted: mark, days };
}

/** Where usage is looked up. */
export interface UsageReader {
  ofTenant(tenantId: string): Promise<Usage>;
  ofKey(tenantId: string, keyId: string): Promise<Usage>;
  /** Of several keys, in their order; one that has never been used has used nothing. */
  ofKeys(tenantId: string, keyIds: readonly string[]): Promise<readonly Usage[]>;
}

export type Requests = Readonly<Record<Environment, number>>;

/** The sums of a usage, as they are shown. */
export interface UsageSummary {
  readonly today: Requests;
  /** Since the first of the month, UTC. */
  readonly month: Requests;
  /** Each day, oldest first, today last; a day without requests too. */
  readonly days: readonly (Requests & { readonly day: number })[];
}

/** Sums up the usage of the last `days` days. */
export function summarize(usage: Usage, days: number, now: number): UsageSummary {
  const today = dayOf(now);
  const date = new Date(now * 1000);
  const first = dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000);
  const between = (from: number, until: number): Requests =>
    Object.fromEntries(
      ENVIRONMENTS.map((environment) => {
        const counts = [...usage[environment]].filter(([day]) => day >= from && day <= until);
        return [environment, counts.reduce((sum, [, requests]) => sum + requests, 0)];
      }),
    ) as Requests;
  return {
    today: between(today, today),
    month: between(first, today),
    days: Array.from({ length: days }, (_, index) => {
      const day = today - days + 1 + index;
      return { day, ...between(day, day) };
    }),
  };
}

/** A day as RFC 3339 has it (`full-date`). */
export function dateOf(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}
