import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';

/**
 * The fingerprint of a request (draft-ietf-httpapi-idempotency-key-header-06, 2.4): a text that another request has not.
 * `salt` is the claim's id.
 */
export type Fingerprint = (request: Buffer, salt: string) => Promise<string>;

/** The fingerprint of requests without a secret: SHA-256. */
export const fingerprint: Fingerprint = async (request) =>
  createHash('sha256').update(request).digest('base64url');

/** An idempotency key that one call has claimed: whoever makes what the call asks for completes it in the same transaction. */
export interface Claim {
  /** Of the tenant, the principal and the key that was sent. */
  readonly id: string;
  /** Tells this call from another that has taken over. */
  readonly token: string;
}

/** A claim with the answer that repetitions get: without what is shown once. */
export interface Completion<Made> extends Claim {
  readonly answer: (made: Made) => object;
  /** Seconds after the making in which the call is still working: what it made does not hold everywhere before. */
  readonly settlingSeconds: number;
}

/** The part of a change's origin that says what it completes. @default - nothing: the call has no idempotency key */
export interface Completes<Made> {
  readonly completes?: Completion<Made>;
}

/** An origin whose claim is completed with `answer`, of what is made. */
export function answering<Made, From extends { readonly claim?: Claim }>(
  from: From,
  answer: (made: Made) => object,
  settlingSeconds = 0,
): Omit<From, 'claim'> & Completes<Made> {
  const { claim, ...origin } = from;
  return claim === undefined ? origin : { ...origin, completes: { ...claim, answer, settlingSeconds } };
}

/** A call that claims an idempotency key. */
export interface ClaimRequest extends Claim {
  readonly fingerprint: string;
}

/** What has become of an idempotency key. */
export type ClaimOutcome =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'in flight'; readonly fingerprint: string | null }
  | { readonly kind: 'answered'; readonly fingerprint: string; readonly answer: object };

export interface ClaimStore {
  /** One conditional write: of calls at once, one finds `claimed`. `now` in Unix seconds. */
  claim(request: ClaimRequest, now: number): Promise<ClaimOutcome>;
  /** Gives a claim up that was not completed, so that a repetition is carried out. */
  release(claim: Claim): Promise<void>;
}

/** The services of a group with rows that honour `Idempotency-Key`. */
export interface ClaimServices {
  readonly claims: ClaimStore;
  readonly clock: Clock;
}
