import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto';
import type { ChangeOrigin, PlacedOrigin } from '../audit/entries.ts';
import type { Rights } from '../contract/rights.ts';
import { type FactorContext, factorNeed } from '../factors/check.ts';
import { beginPending } from '../factors/pending.ts';
import { type Authentication, BY_PASSWORD } from '../kernel/authentication.ts';
import type { Clock } from '../kernel/clock.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import { enterWithPassword, type PasswordContext, type PasswordCredentials } from '../people/accounts.ts';
import type { BrowserSignIns } from '../sessions/browser-sign-ins.ts';
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

/** What names a sign-in and whose it is. */
export type NamedSignIn = Pick<SignInRecord, 'signInId' | 'tenantId' | 'userId'>;

/** Who signed in, as they are now. */
export interface PresentPerson {
  readonly user: User;
  /** The version of the person since which the password is what it is. */
  readonly passwordVersion: number;
  readonly tenantState: TenantFacts['state'];
  /** Until when a closed tenant can be reopened (Unix seconds); null for any other. */
  readonly erasesAt: number | null;
}

export interface SignInStore extends BrowserSignIns {
  create(hash: string, signIn: SignInRecord, origin: ChangeOrigin, now: number): Promise<void>;
  /** Undefined where there is none, or it has expired. */
  find(hash: string, now: number): Promise<SignInRecord | undefined>;
  /** Ends a sign-in; nothing happens where it has ended. */
  end(hash: string, signIn: NamedSignIn, origin: ChangeOrigin, now: number): Promise<void>;
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
      const found = await findSignIn(cookies, store, clock());
      return found?.present.tenantState === 'active' ? found.signedIn : undefined;
    },
  };
}

/** Who is signed in to a tenant that is closed and can be reopened: only who may do that. Nothing else knows them. */
export interface ClosedSignIns {
  closed(cookies: SignInCookies): Promise<(SignedIn & { readonly erasesAt: number }) | undefined>;
}

export function closedSignInsOf(
  store: Pick<SignInStore, 'find' | 'person'>,
  rights: Pick<Rights, 'peopleManagers'>,
  clock: Clock,
): ClosedSignIns {
  return {
    async closed(cookies) {
      const found = await findSignIn(cookies, store, clock());
      if (found === undefined) return undefined;
      const erasesAt = reopensUntil(found.present, rights, clock());
      return erasesAt === undefined ? undefined : { ...found.signedIn, erasesAt };
    },
  };
}

/** Whether somebody may sign in: to an active tenant, or to one that they may reopen, where they can do nothing else. */
export function mayEnter(
  present: PresentPerson,
  rights: Pick<Rights, 'peopleManagers'>,
  now: number,
): boolean {
  return present.tenantState === 'active' || reopensUntil(present, rights, now) !== undefined;
}

/** Until when a person may reopen their tenant; undefined for who may not. */
function reopensUntil(
  { tenantState, erasesAt, user }: PresentPerson,
  { peopleManagers }: Pick<Rights, 'peopleManagers'>,
  now: number,
): number | undefined {
  const isOpen = tenantState === 'closed' && erasesAt !== null && erasesAt > now;
  return isOpen && peopleManagers.includes(user.role) ? erasesAt : undefined;
}

/** The sign-in of a cookie, and its person as they are now; undefined where either has ended, or the password is another. */
async function findSignIn(
  cookies: SignInCookies,
  store: Pick<SignInStore, 'find' | 'person'>,
  now: number,
): Promise<{ readonly signedIn: SignedIn; readonly present: PresentPerson } | undefined> {
  const secret = secretOf(cookies);
  if (secret === undefined) return undefined;
  const signIn = await store.find(hashSecret(secret), now);
  const present = signIn && (await store.person(signIn.tenantId, signIn.userId));
  if (signIn === undefined || present === undefined) return undefined;
  if (present.passwordVersion > signIn.userVersion) return undefined;
  const { signInId, tenantId, userId, workspaceId, authTime, amr } = signIn;
  const { email, role, version: userVersion = 0 } = present.user;
  const person = { tenantId, userId, userVersion, email, role };
  const csrf = csrfToken(secret);
  return { signedIn: { signInId, ...person, workspaceId, authTime, amr, csrf }, present };
}

export interface SignInContext extends PasswordContext {
  readonly signIns: SignInStore;
  readonly secondFactor: FactorContext;
}

/** How far a browser has come, and the secret that it has from now on. */
export type Progress =
  | { readonly step: 'signed in'; readonly secret: string }
  /** The person must prove a second factor, or set one up, before they are signed in. */
  | { readonly step: 'prove' | 'enrol'; readonly secret: string; readonly user: User };

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
  const { secondFactor, clock } = context;
  const renewed = newSecret();
  const enter = async (user: User, workspaceId: string): Promise<Progress> => {
    const need = await factorNeed(user, secondFactor);
    if (need === null) {
      const authentication = { authTime: clock(), amr: BY_PASSWORD };
      await openSignIn({ user, workspaceId, authentication }, renewed, from, context);
      return { step: 'signed in', secret: renewed };
    }
    await requireEntry(user, context);
    await beginPending(renewed, { user, workspaceId, must: need, kind: 'browser' }, secondFactor);
    return { step: need, secret: renewed, user };
  };
  const progress = await enterWithPassword(credentials, from, context, enter);
  await signOut(secret, from, context);
  return progress;
}

/** What it takes to open a sign-in. */
interface EntryContext extends Pick<SignInContext, 'signIns' | 'clock'> {
  readonly deployment: { readonly rights: Pick<Rights, 'peopleManagers'> };
}

/** Who signs in, as they were before what proves it was looked at: a change of them meanwhile ends the sign-in. */
export interface ProvenPerson {
  readonly user: User;
  readonly workspaceId: string;
  readonly authentication: Authentication;
}

/** The same for who has been proven otherwise. Throws `suspended_tenant`. */
export async function signInAs(
  person: ProvenPerson,
  secret: string,
  from: PlacedOrigin,
  context: EntryContext,
): Promise<string> {
  const renewed = newSecret();
  await openSignIn(person, renewed, from, context);
  await signOut(secret, from, context);
  return renewed;
}

async function openSignIn(
  { user: { tenantId, userId, version = 0 }, workspaceId, authentication }: ProvenPerson,
  secret: string,
  from: PlacedOrigin,
  { signIns, deployment, clock }: EntryContext,
): Promise<void> {
  await requireEntry({ tenantId, userId }, { signIns, deployment, clock });
  const now = clock();
  const record: SignInRecord = {
    signInId: randomUUIDv7(),
    tenantId,
    userId,
    workspaceId,
    userVersion: version,
    ...authentication,
    expiresAt: now + SIGN_IN_SECONDS,
  };
  await signIns.create(hashSecret(secret), record, { actor: `user:${userId}`, ...from }, now);
}

async function requireEntry(
  { tenantId, userId }: Pick<User, 'tenantId' | 'userId'>,
  { signIns, deployment, clock }: EntryContext,
): Promise<void> {
  const present = await signIns.person(tenantId, userId);
  if (present === undefined || !mayEnter(present, deployment.rights, clock()))
    throw new Problem('suspended_tenant');
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
