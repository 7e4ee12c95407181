import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';
import { NOTED_REFUSALS, type NotedRefusal } from '../keys/key-record.ts';
import { WINDOW_SECONDS, windowOf } from '../plans/allowance.ts';

const DAY_SECONDS = 86_400;

/** Days that can be looked up, today included. */
export const MAX_USAGE_DAYS = 90;

/** Days that are kept: more than can be looked up, so that no clock that is behind misses one. */
export const KEPT_USAGE_DAYS = MAX_USAGE_DAYS + 2;

/** Minutes that are kept and shown, the present one included. */
export const USAGE_MINUTES = 10;

/** Why keys are refused. What no key was presented for, or one that nobody has, is no key's. */
export const REASONS = ['limit', ...NOTED_REFUSALS] as const;
export type Reason = (typeof REASONS)[number];

/** What is counted: of a minute, whatever the environment. */
export const COUNTED = [...ENVIRONMENTS, ...REASONS, 'minute'] as const;
export type Counted = (typeof COUNTED)[number];

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
  /** When it was used last, in Unix seconds. */
  readonly at: number;
  /** Its uses in that minute, which its limit is of. */
  readonly inMinute: number;
  /** Refusals that its record has noted since it was made, and the reason of the last one. */
  readonly refusals: number;
  readonly refusedFor: NotedRefusal | undefined;
  /** When the record was written, in Unix seconds. */
  readonly writtenAt: number;
}

/** Requests by day, or by minute. */
export type Counts = ReadonlyMap<number, number>;

/** What has been used, by what is counted and when. */
export type Usage = Readonly<Record<Counted, Counts>>;

/** How far a key is counted. */
export interface Marks {
  readonly uses: number;
  readonly refusals: number;
}

/** What is still to be counted of a key beyond its marks, and the next marks. */
export interface Uncounted extends Marks {
  readonly counts: ReadonlyMap<Counted, Counts>;
}

/**
 * The additions of one key's uses to its counts. A use that comes again is below the mark and adds nothing; one whose
 * predecessors never came brings them along, on its own day: the sum is the key's own count, always. What is above `limit`
 * uses of its minute was refused for that, unless it was refused for what the record notes.
 */
export function uncounted(
  marks: Marks,
  uses: readonly Omit<KeyUse, 'tenantId' | 'keyId'>[],
  limit: number,
): Uncounted {
  const counts = new Map<Counted, Map<number, number>>();
  const add = (counted: Counted, at: number, requests: number) => {
    if (requests <= 0) return;
    const known = counts.get(counted) ?? new Map<number, number>();
    counts.set(counted, known.set(at, (known.get(at) ?? 0) + requests));
  };
  let { uses: used, refusals: refused } = marks;
  for (const { environment, count, at, inMinute, refusals, refusedFor, writtenAt } of uses) {
    const newUses = Math.max(0, count - used);
    const newRefusals = Math.max(0, refusals - refused);
    add(environment, dayOf(at), newUses);
    add('minute', windowOf(at), newUses);
    add('limit', dayOf(at), Math.min(newUses, inMinute - limit) - newRefusals);
    if (refusedFor !== undefined) add(refusedFor, dayOf(writtenAt), newRefusals);
    used += newUses;
    refused += newRefusals;
  }
  return { uses: used, refusals: refused, counts };
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
  /** Refused requests of these days, by the reason. */
  readonly refused: Readonly<Record<Reason, number>>;
  /** The last minutes, oldest first, in Unix seconds of their beginning. */
  readonly minutes: readonly { readonly at: number; readonly requests: number }[];
}

/** Sums up the usage of the last `days` days. */
export function summarize(usage: Usage, days: number, now: number): UsageSummary {
  const today = dayOf(now);
  const date = new Date(now * 1000);
  const first = dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000);
  const sumsOf = <Kind extends Counted>(kinds: readonly Kind[], from: number) =>
    Object.fromEntries(kinds.map((kind) => [kind, sum(usage[kind], from, today)])) as Readonly<
      Record<Kind, number>
    >;
  return {
    today: requestsOn(usage, today),
    month: sumsOf(ENVIRONMENTS, first),
    days: Array.from({ length: days }, (_, index) => {
      const day = today - days + 1 + index;
      return { day, ...requestsOn(usage, day) };
    }),
    refused: sumsOf(REASONS, today - days + 1),
    minutes: Array.from({ length: USAGE_MINUTES }, (_, index) => {
      const minute = windowOf(now) - USAGE_MINUTES + 1 + index;
      return { at: minute * WINDOW_SECONDS, requests: usage.minute.get(minute) ?? 0 };
    }),
  };
}

function requestsOn({ live, test }: Usage, day: number): Requests {
  return { live: live.get(day) ?? 0, test: test.get(day) ?? 0 };
}

/** The sum of the days from `first` to `last`. */
function sum(counts: Counts, first: number, last: number): number {
  let requests = 0;
  for (const [day, count] of counts) if (day >= first && day <= last) requests += count;
  return requests;
}

/** A day as RFC 3339 has it (`full-date`). */
export function dateOf(day: number): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}
