import { createHash, randomBytes } from 'node:crypto';
import type { Authentication } from '../kernel/authentication.ts';
import type { ClientGrant } from '../sessions/refresh-tokens.ts';
import type { NewSession } from '../sessions/sessions.ts';

/** Seconds for which an authorization code is good: a redirect and a request (RFC 6749, 4.1.2 allows ten minutes). */
export const CODE_SECONDS = 60;

/** Bytes of chance in a code: nobody guesses it, so a plain hash of it may be stored. */
const CODE_BYTES = 32;

/** A person who has let a client act for them, and where. */
export interface Consenter {
  readonly tenantId: string;
  readonly userId: string;
  /** The version of the person who agreed: after a change of role or password nothing is given for it. */
  readonly userVersion: number;
  readonly workspaceId: string;
  /** Of the sign-in in which they agreed. */
  readonly authentication: Authentication;
}

/** What a code or a device code is exchanged for, once. */
export interface Approval extends Consenter {
  readonly grant: ClientGrant;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** An authorization code as it is stored: by its hash. */
export interface Code extends Approval {
  readonly redirectUri: string;
  /** Of PKCE, S256. */
  readonly challenge: string;
  /** The session that its use has given; null while it is unused. */
  readonly sessionId: string | null;
}

export interface CodeStore {
  /** One conditional write: a hash that is there already would be another's code. */
  issue(hash: string, code: Omit<Code, 'sessionId'>): Promise<void>;
  /** The code, used or not, until it is deleted. */
  find(hash: string): Promise<Code | undefined>;
  /**
   * Uses a code and opens the session that it gives: one transaction, on the condition that it is unused and not expired
   * and that the person has not taken back their consent. So of any number at once one succeeds, and every other finds the
   * session that it gave. False where a condition does not hold. Throws
   * `conflicting_state` as `SessionStore.create` does.
   */
  redeem(hash: string, session: NewSession, now: number): Promise<boolean>;
}

/** Makes a code, or a device code. */
export function newCode(): string {
  return randomBytes(CODE_BYTES).toString('base64url');
}

/** The stored form of a code: its SHA-256. */
export function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
