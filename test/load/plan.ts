/** What the process that makes load is told, and what it has seen. */

export interface Call {
  /** A method and a path. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls that are sent at once, at a time in epoch milliseconds. */
export interface Volley {
  readonly at: number;
  readonly calls: number;
}

/**
 * Volleys of one call, or as many calls one after the other as `callers` get done until a time, or until then `rate` a
 * second, whether those before are answered or not.
 */
export type Plan = { readonly url: string; readonly calls: readonly Call[] } & (
  | { readonly volleys: readonly Volley[] }
  | { readonly callers: number; readonly until: number }
  | { readonly rate: number; readonly until: number }
);

export interface Seen {
  /** How often each answer came, by `<target> <status>` and, of a volley, `<status> <X-RateLimit-Reset>`. */
  readonly tally: Readonly<Record<string, number>>;
  /** What was no answer at all. */
  readonly errors: readonly string[];
}
