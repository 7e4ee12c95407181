import type { Role } from '../contract/scopes.ts';
import type { Authentication } from '../kernel/authentication.ts';

/**
 * The cookie by which a browser is signed in. `lambdas/http` puts into its name what tells deployments of a host apart.
 * An upstream at the same host neither sees nor sets it: the forwarder cuts cookies whose names begin so.
 */
export const SIGN_IN_COOKIE = '__Host-latchkey-sign-in';

/** What a row names in `takesCookies`, to be given to {@link SignIns}. */
export const SIGN_IN_COOKIES = [SIGN_IN_COOKIE] as const;

/** The cookies of a request by which it is known who is signed in. */
export type SignInCookies = Readonly<Partial<Record<typeof SIGN_IN_COOKIE, string>>>;

/** Who is signed in with a browser. */
export interface SignedIn extends Authentication {
  /** Names the sign-in, for the audit trail; it opens nothing. */
  readonly signInId: string;
  readonly tenantId: string;
  readonly userId: string;
  /** The person's version now: see `User`. */
  readonly userVersion: number;
  readonly email: string;
  readonly role: Role;
  /** The person's own workspace, chosen where nobody chooses another. */
  readonly workspaceId: string;
  /** The token that a form of this browser carries; see {@link requireCsrf}. */
  readonly csrf: string;
}

export interface SignIns {
  /** Undefined for nobody: no cookie, an ended or expired sign-in, a person who is gone or has a new password. */
  current(cookies: SignInCookies): Promise<SignedIn | undefined>;
}
