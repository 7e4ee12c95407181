import { createHash, randomBytes } from 'node:crypto';

/** Seconds for a sign-in at a provider: with a second factor to look for, and not the tab of yesterday. */
export const FLOW_SECONDS = 1800;

/** A sign-in that a browser has begun at a provider. It holds nothing by which it could be ended: see {@link nonceOf}. */
export interface Flow {
  readonly providerId: string;
  /** The hash of the secret in the browser's cookie. */
  readonly browser: string;
  /** The path to go on to; null for none. */
  readonly goesTo: string | null;
  readonly uiLocales: string | null;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** Flows by the hash of their `state`. */
export interface FlowStore {
  begin(hash: string, flow: Flow): Promise<void>;
  /**
   * Takes a flow: one conditional write, so that one answer comes back to it. Undefined for one that there is not, that was
   * taken, that has expired, and for one of another provider or browser.
   */
  take(
    hash: string,
    by: Pick<Flow, 'providerId' | 'browser'>,
    now: number,
  ): Promise<Pick<Flow, 'goesTo' | 'uiLocales'> | undefined>;
}

/** Names a flow for the provider, which gives it back (RFC 6749, 4.1.1). */
export function newState(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}

/**
 * The `nonce` of a flow (OpenID Connect Core 1.0, 3.1.2.1), and its `code_verifier` (RFC 7636, 4.1). Both are made of the
 * cookie's secret, which is stored nowhere: who reads the table, the URL and the provider's answer can do nothing without
 * the browser.
 */
export const nonceOf = (secret: string, state: string): string => hashOf(`nonce\0${secret}\0${state}`);
export const verifierOf = (secret: string, state: string): string => hashOf(`verifier\0${secret}\0${state}`);
