/** Seconds of a counting window. Windows are numbered from 1970 by this length. */
export const WINDOW_SECONDS = 60;

/** The number of the window that `now` (Unix seconds) lies in. */
export function windowOf(now: number): number {
  return Math.floor(now / WINDOW_SECONDS);
}

/** The rest of a credential's requests in the present window. */
export interface Allowance {
  /** Requests a window. */
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds at which the window ends. */
  readonly resetAt: number;
  readonly exceeded: boolean;
}

/** The allowance after the request that brought the window's count to `count`. */
export function allowanceAfter(limit: number, count: number, window: number): Allowance {
  return {
    limit,
    remaining: Math.max(0, limit - count),
    resetAt: (window + 1) * WINDOW_SECONDS,
    exceeded: count > limit,
  };
}

/**
 * Whole seconds until the window ends; at least one, so that waiting as told is followed by a new window.
 * More than a window's length where our clock is behind the one that opened the window.
 */
export function secondsUntil(resetAt: number, now: number): number {
  return Math.max(1, resetAt - now);
}

/** Unix seconds at which the month of `now` ends: API Gateway counts a monthly quota from the first, in UTC. */
export function endOfMonth(now: number): number {
  const date = new Date(now * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000;
}
