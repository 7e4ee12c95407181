import { createHash, randomBytes } from 'node:crypto';
import type { PlacedOrigin } from '../audit/entries.ts';
import { CONSOLE_CALLBACK, CONSOLE_CLIENT_ID, consoleClient } from '../clients/first-party.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import type { Cookies } from '../kernel/route.ts';
import { redeemCode, type TokenContext } from '../oauth/token.ts';
import { type Grant, refreshGrant } from '../sessions/grants.ts';
import { hashRefreshToken } from '../sessions/refresh-tokens.ts';
import { isSameToken } from '../signin/csrf.ts';
import type { SIGN_IN_COOKIE } from '../signin/sign-in.ts';
import { type SignInContext, secretOf, signOut } from '../signin/sign-ins.ts';

/** The refresh token of the console's session, and what a sign-in that is under way needs at its end. No script reads either. */
export const SESSION_COOKIE = '__Host-latchkey-console';
export const FLOW_COOKIE = '__Host-latchkey-console-flow';

/** Seconds from the way to the sign-in to its answer: as long as somebody may look for a password. */
const FLOW_SECONDS = 3600;

/** Seconds for which a browser keeps the refresh token: at most what browsers keep cookies for (RFC 6265bis, 5.5). */
const MAX_COOKIE_SECONDS = 400 * 86_400;

export interface ConsoleContext extends TokenContext, Pick<SignInContext, 'signIns'> {}

/** A sign-in that is begun: where the browser goes, and what it brings back unseen. */
export interface BegunSignIn {
  readonly location: string;
  readonly cookie: HostCookie;
}

/** Begins a sign-in (OAuth 2.1, 4.1; PKCE by S256). `languages` are the reader's, best first. */
export function beginSignIn(
  issuer: string,
  {
    languages,
    maxAgeSeconds,
  }: {
    readonly languages: string | undefined;
    /** Who signed in longer ago is asked again: for what takes a recent sign-in. */
    readonly maxAgeSeconds: number | undefined;
  },
): BegunSignIn {
  const [state, verifier] = [newSecret(), newSecret()];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CONSOLE_CLIENT_ID,
    redirect_uri: issuer + CONSOLE_CALLBACK,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
    ...(languages === undefined ? {} : { ui_locales: languages }),
    ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }),
  });
  const cookie = new HostCookie(FLOW_COOKIE, `${state}.${verifier}`, {
    maxAgeSeconds: FLOW_SECONDS,
    sameSite: 'Strict',
  });
  return { location: `${issuer}/authorize?${query}`, cookie };
}

/** What the page was sent back with. */
export interface SignInAnswer {
  readonly code: string;
  readonly state: string;
}

/** Opens the console's session. Throws `invalid_grant`: for an answer that this browser has not asked for, too. */
export function openSession(
  { code, state }: SignInAnswer,
  { [FLOW_COOKIE]: flow }: Cookies<typeof FLOW_COOKIE>,
  from: PlacedOrigin,
  context: ConsoleContext,
): Promise<Grant> {
  const [expected = '', verifier] = flow?.split('.') ?? [];
  if (verifier === undefined || !isSameToken(expected, state))
    throw new Problem('invalid_grant', { cause: 'the state is not that of a sign-in of this browser' });
  const { issuer } = context;
  const request = { code, verifier, redirectUri: issuer + CONSOLE_CALLBACK, resource: undefined };
  return redeemCode(request, consoleClient(issuer), from, context);
}

/** Gives the session's next tokens; undefined where there is none. Throws `rate_limited`. */
export async function renewSession(
  { [SESSION_COOKIE]: refreshToken }: Cookies<typeof SESSION_COOKIE>,
  from: PlacedOrigin,
  context: ConsoleContext,
): Promise<Grant | undefined> {
  if (refreshToken === undefined || context.deployment.tokens.refresh === null) return undefined;
  return refreshGrant(refreshToken, from, context);
}

/** Ends the console's session, and with it the sign-in of the browser: who signs out must not come in by a click. */
export async function endSession(
  cookies: Cookies<typeof SESSION_COOKIE | typeof SIGN_IN_COOKIE>,
  from: PlacedOrigin,
  context: ConsoleContext,
): Promise<void> {
  const refreshToken = cookies[SESSION_COOKIE];
  const family =
    refreshToken === undefined ? undefined : await context.refreshTokens.find(hashRefreshToken(refreshToken));
  if (family !== undefined) await context.sessions.end(family, { actor: `user:${family.userId}`, ...from });
  const secret = secretOf(cookies);
  if (secret !== undefined) await signOut(secret, from, context);
}

/** The cookie of a grant's refresh token; forgotten where the grant has none. */
export function sessionCookie(refreshToken: string | null, idleSeconds: number): HostCookie {
  if (refreshToken === null) return HostCookie.forgotten(SESSION_COOKIE);
  return new HostCookie(SESSION_COOKIE, refreshToken, {
    maxAgeSeconds: Math.min(idleSeconds, MAX_COOKIE_SECONDS),
    sameSite: 'Strict',
  });
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
