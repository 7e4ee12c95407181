import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto';
import type { ChangeOrigin, PlacedOrigin } from '../audit/entries.ts';
import {
  type FactorContext,
  factorNeed,
  personOfPasskey,
  proveFactor,
  requireParty,
  takeChallenge,
} from '../factors/check.ts';
import type { PasskeyAnswer } from '../factors/passkeys.ts';
import { hashPendingSecret, PENDING_SECONDS, type Pending } from '../factors/pending.ts';
import { type Authentication, BY_PASSWORD, MULTIPLE_FACTORS } from '../kernel/authentication.ts';
import type { Clock } from '../kernel/clock.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import { enterWithPassword, type PasswordContext, type PasswordCredentials } from '../people/accounts.ts';
import type { User } from '../sessions/user.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import { csrfToken } from './csrf.ts';
import { SIGN_IN_COOKIE, type SignedIn, type SignInCookies, type SignIns } from './sign-in.ts';

/** Seconds for which a sign-in lasts, used or not: a working day, and not the computer of yesterday's guest. */
export const SIGN_IN_SECONDS = 12 * 3600;

/** Bytes of chance in a cookie: nobody guesses it, so a plain hash of it may be stored. */
const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

/** A sign-in as it is stored, under the hash of the cookie's secret. Times are Unix seconds. */
export interface SignInRecord extends Authentication {
  readonly signInId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly workspaceId: string;
  /** The version of the person who signed in. */
  readonly userVersion: number;
  readonly expiresAt: number;
}

/** Who signed in, as they are now. */
export interface PresentPerson {
  readonly user: User;
  /** The version of the person since which the password is what it is. */
  readonly passwordVersion: number;
  readonly tenantState: TenantFacts['state'];
}

export interface SignInStore {
  create(hash: string, signIn: SignInRecord, origin: ChangeOrigin): Promise<void>;
  /** Undefined where there is none, or it has expired. */
  find(hash: string, now: number): Promise<SignInRecord | undefined>;
  /** Ends a sign-in; nothing happens where it has ended. */
  end(hash: string, signIn: SignInRecord, origin: ChangeOrigin, now: number): Promise<void>;
  /** Undefined for who is gone. */
  person(tenantId: string, userId: string): Promise<PresentPerson | undefined>;
}

/** The secret of a browser before anybody has signed in with it. Signing in replaces it, so that none can be planted. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The secret in a browser's cookie; undefined where none of ours is. */
export function secretOf(cookies: SignInCookies): string | undefined {
  const secret = cookies[SIGN_IN_COOKIE];
  return secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

/** The cookie of a browser in which nobody has signed in: it goes when the browser is closed. */
export function browserCookie(secret: string): HostCookie {
  return new HostCookie(SIGN_IN_COOKIE, secret);
}

/** Lax: a client leads here from its own site, by a link or a redirect. */
export function signInCookie(secret: string): HostCookie {
  return new HostCookie(SIGN_IN_COOKIE, secret, { maxAgeSeconds: SIGN_IN_SECONDS, sameSite: 'Lax' });
}

/** Finds who is signed in. */
export function signInsOf(store: Pick<SignInStore, 'find' | 'person'>, clock: Clock): SignIns {
  return {
    async current(cookies): Promise<SignedIn | undefined> {
      const secret = secretOf(cookies);
      if (secret === undefined) return undefined;
      const signIn = await store.find(hashSecret(secret), clock());
      const present = signIn && (await store.person(signIn.tenantId, signIn.userId));
      if (signIn === undefined || present === undefined) return undefined;
      if (present.tenantState !== 'active' || present.passwordVersion > signIn.userVersion) return undefined;
      const { signInId, tenantId, userId, workspaceId, authTime, amr } = signIn;
      const { email, role, version: userVersion = 0 } = present.user;
      const csrf = csrfToken(secret);
      const person = { tenantId, userId, userVersion, email, role };
      return { signInId, ...person, workspaceId, authTime, amr, csrf };
    },
  };
}

export interface SignInContext extends PasswordContext {
  readonly signIns: SignInStore;
  readonly secondFactor: FactorContext;
}

/** How far a browser has come, and the secret that it has from now on. */
export interface Progress {
  /** Signed in, or at the second factor: to prove one, or to set one up. */
  readonly step: 'signed in' | 'prove' | 'enrol';
  readonly secret: string;
}

/**
 * Signs a person in with a browser that has `secret`, which ends what it was signed in as; who has a second factor, or
 * must have one, is signed in only after that. Throws as {@link enterWithPassword}, and `suspended_tenant`, which only
 * who has proven the password is told.
 */
export async function signIn(
  credentials: PasswordCredentials,
  secret: string,
  from: PlacedOrigin,
  context: SignInContext,
): Promise<Progress> {
  const { signIns, secondFactor, clock } = context;
  const renewed = newSecret();
  const step = await enterWithPassword(credentials, from, context, async (user, workspaceId) => {
    await requireActive(user, signIns);
    const need = await factorNeed(user, secondFactor);
    if (need === null) {
      await openSignIn({ user, workspaceId, amr: BY_PASSWORD }, renewed, from, context);
      return 'signed in';
    }
    await secondFactor.pending.create(hashPendingSecret(renewed), {
      tenantId: user.tenantId,
      userId: user.userId,
      userVersion: user.version ?? 0,
      workspaceId,
      must: need,
      kind: 'browser',
      expiresAt: clock() + PENDING_SECONDS,
    });
    return need;
  });
  await signOut(secret, from, context);
  return { step, secret: renewed };
}

/** Opens a sign-in under a secret that no browser had before. Of the person as they are given: a change meanwhile ends it. */
export async function openSignIn(
  {
    user,
    workspaceId,
    amr,
  }: { readonly user: User; readonly workspaceId: string } & Pick<Authentication, 'amr'>,
  secret: string,
  from: PlacedOrigin,
  { signIns, clock }: Pick<SignInContext, 'signIns' | 'clock'>,
): Promise<void> {
  const { tenantId, userId, version: userVersion = 0 } = user;
  const [signInId, authTime] = [randomUUIDv7(), clock()];
  const expiresAt = authTime + SIGN_IN_SECONDS;
  const record = { signInId, tenantId, userId, workspaceId, userVersion, authTime, amr, expiresAt };
  await signIns.create(hashSecret(secret), record, { actor: `user:${userId}`, ...from });
}

/** Who is signing in with a browser that has proven the password, as they are now. */
export interface PendingPerson {
  readonly pending: Pending;
  readonly user: User;
}

/** Undefined for nobody, and for who was changed or has lost the tenant since the password was looked at. */
export async function pendingPerson(
  secret: string | undefined,
  { signIns, secondFactor, clock }: Pick<SignInContext, 'signIns' | 'secondFactor' | 'clock'>,
): Promise<PendingPerson | undefined> {
  if (secret === undefined) return undefined;
  const pending = await secondFactor.pending.find(hashPendingSecret(secret), clock());
  if (pending?.kind !== 'browser') return undefined;
  const present = await signIns.person(pending.tenantId, pending.userId);
  if (present?.tenantState !== 'active') return undefined;
  const { user } = present;
  return (user.version ?? 0) === pending.userVersion ? { pending, user } : undefined;
}

/** Signs in who has proven the password before, and a second factor by `methods` now. Gives the browser's new secret. */
export async function completeSignIn(
  { pending, user }: PendingPerson,
  { secret, methods }: { readonly secret: string; readonly methods: readonly string[] },
  from: PlacedOrigin,
  context: SignInContext,
): Promise<string> {
  const renewed = newSecret();
  const amr = [...BY_PASSWORD, ...methods, MULTIPLE_FACTORS];
  await context.secondFactor.pending.end(hashPendingSecret(secret));
  await openSignIn({ user, workspaceId: pending.workspaceId, amr }, renewed, from, context);
  return renewed;
}

/**
 * Signs in by a passkey alone, which its person has opened by PIN, finger or face. Throws `wrong_factor`, and
 * `rate_limited`.
 */
export async function signInWithPasskey(
  answer: PasskeyAnswer | undefined,
  secret: string,
  from: PlacedOrigin,
  context: SignInContext,
): Promise<string> {
  const { signIns, accounts, secondFactor } = context;
  const party = await requireParty(secondFactor);
  const challenge = await takeChallenge(secret, 'sign-in', secondFactor);
  const person = answer && (await personOfPasskey(answer, secondFactor));
  if (answer === undefined || challenge === undefined || person === undefined)
    throw new Problem('wrong_factor');
  // Of the person before the passkey is looked at: a change of them meanwhile ends this.
  const present = await signIns.person(person.tenantId, person.userId);
  const methods = await proveFactor(person, { answer, challenge, party }, from, secondFactor);
  const login = present && (await accounts.findLogin(present.user.email));
  if (present === undefined || login?.userId !== person.userId) throw new Problem('wrong_factor');
  if (present.tenantState !== 'active') throw new Problem('suspended_tenant');
  const renewed = newSecret();
  const amr = [...methods, MULTIPLE_FACTORS];
  await openSignIn({ user: present.user, workspaceId: login.workspaceId, amr }, renewed, from, context);
  await signOut(secret, from, context);
  return renewed;
}

async function requireActive(
  { tenantId, userId }: User,
  signIns: Pick<SignInStore, 'person'>,
): Promise<void> {
  const present = await signIns.person(tenantId, userId);
  if (present?.tenantState !== 'active') throw new Problem('suspended_tenant');
}

/** Ends what a browser is signed in as; nothing happens where nobody is. */
export async function signOut(
  secret: string,
  from: PlacedOrigin,
  { signIns, clock }: Pick<SignInContext, 'signIns' | 'clock'>,
): Promise<void> {
  const hash = hashSecret(secret);
  const signIn = await signIns.find(hash, clock());
  if (signIn === undefined) return;
  await signIns.end(hash, signIn, { actor: `user:${signIn.userId}`, ...from }, clock());
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
