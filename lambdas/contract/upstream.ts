/** An API behind the front door, resolved at synth time. */
export interface Upstream {
  /** The path below which it serves, as callers send it, without a slash at the end; empty for all. */
  readonly path: string;
  /** Without a slash at the end; the path of a call is appended. */
  readonly url: string;
  /** Seconds until its whole response must be there. */
  readonly timeoutSeconds: number;
  /** Whether its pages may act as pages of the API's own origin. */
  readonly sharesOrigin: boolean;
}
