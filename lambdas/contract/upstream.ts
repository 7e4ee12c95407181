/** An API behind the front door, resolved at synth time. */
export interface Upstream {
  /** Its name in the configuration; empty for the one that everything else goes to. */
  readonly name: string;
  /** The path below which it serves, as callers send it, without a slash at the end; empty for all. */
  readonly path: string;
  readonly target: UpstreamTarget;
  /** Where a share of the tenants goes instead. */
  readonly canary: Canary | null;
  /** Seconds until its whole response must be there; of one that is streamed, its head. */
  readonly timeoutSeconds: number;
  /** Whether its pages may act as pages of the API's own origin. */
  readonly sharesOrigin: boolean;
  /** Null where calls go on, however many have failed. */
  readonly circuitBreaker: CircuitBreakerSettings | null;
  /** Null where answers are gathered before they go on. */
  readonly stream: StreamSettings | null;
}

/** How long an answer that is streamed may last. */
export interface StreamSettings {
  /** Seconds from the answer's head to its end. */
  readonly maxStreamSeconds: number;
  /** Seconds without a byte. */
  readonly idleSeconds: number;
}

/** When an upstream that does not answer is left alone for a while. */
export interface CircuitBreakerSettings {
  /** Calls in a row without an answer after which no more are made. */
  readonly failures: number;
  /** Seconds until one call is made to see whether it answers again. */
  readonly openSeconds: number;
}

/** Where an upstream is. */
export type UpstreamTarget =
  /** Without a slash at the end; the path of a call is appended. */
  | { readonly kind: 'url'; readonly url: string }
  /** A function in Lambda. */
  | { readonly kind: 'lambda'; readonly functionArn: string }
  /** The same as `url`, called by API Gateway itself: no function of ours stands in between. */
  | { readonly kind: 'http'; readonly url: string };

/** Facts of API Gateway that the doctor has recorded on a stack of the team's (docs/aws-facts.md). */
export interface GatewayFacts {
  /** A usage plan of 0/0 answers 429 (2). */
  readonly zeroPlanThrottles: boolean;
  /** A header that is mapped into a request replaces the client's own (5). */
  readonly mappedHeaderReplaces: boolean;
}

export interface Canary {
  readonly target: UpstreamTarget;
  /** Of 100 tenants. */
  readonly percent: number;
}
