import { createHash, randomBytes } from 'node:crypto';
import type { Delegation } from '../signing/tokens.ts';

/** Bytes of chance in a refresh token: nobody guesses it, so a plain hash of it may be stored. */
const SECRET_BYTES = 32;

/** Pairs that one token gives within its grace. Parallel clients need a few; a loop gets no more. */
export const MAX_USES = 100;

/** Makes a refresh token. Its prefix is no key's, so that neither is taken for the other by people or scanners. */
export function newRefreshToken(keyPrefix: string): string {
  return `${keyPrefix}refresh_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The stored form of a refresh token: its SHA-256. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The session, or family, that a refresh token continues. */
export interface RefreshFamily {
  readonly sessionId: string;
  readonly userId: string;
  readonly tenantId: string;
  /** Unix seconds at which the session ends, used or not. */
  readonly endsAt: number;
  /** Of a session of an OAuth client: what its tokens are for. @default - a login's, for all that the person may */
  readonly grant?: ClientGrant;
}

/** What a person has given to an OAuth client. */
export interface ClientGrant extends Delegation {
  /** The path of the API that it is for, with all below it; empty for the whole. */
  readonly resource: string;
}

export interface NewRefreshToken extends RefreshFamily {
  readonly hash: string;
  readonly expiresAt: number;
}

/** The outcome of a use of a refresh token. */
export type RefreshUse =
  | { readonly kind: 'unknown' | 'expired' | 'exhausted' }
  /** It was used before, longer ago than the grace: two hold it, and one of them should not. */
  | { readonly kind: 'reused'; readonly family: RefreshFamily }
  | { readonly kind: 'accepted'; readonly family: RefreshFamily };

export interface RefreshStore {
  create(token: NewRefreshToken): Promise<void>;
  /** The family of a token, used or not, as long as it is not deleted; nothing is used by this. */
  find(hash: string): Promise<RefreshFamily | undefined>;
  /** Uses a token: one conditional write, so that of any number at once all find the same first use. */
  use(hash: string, use: NewRefreshUse): Promise<RefreshUse>;
}

export interface NewRefreshUse {
  /** Names this use; a repetition by the same one, after a lost answer, is no other use. */
  readonly useId: string;
  /** The OAuth client that presents the token; null for none. Another's token is unknown to it. */
  readonly clientId: string | null;
  readonly graceSeconds: number;
  /** Unix seconds. */
  readonly now: number;
}
