import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';

/** Seconds for which somebody who has proven the password may take to prove a factor, or to set one up. */
export const PENDING_SECONDS = 600;

/** Seconds for which a challenge to a passkey is good. */
export const CHALLENGE_SECONDS = 300;

const SECRET_BYTES = 32;

/** Somebody who has proven the password and has no session yet, by the hash of their browser's secret or `mfa_token`. */
export interface Pending {
  readonly tenantId: string;
  readonly userId: string;
  readonly workspaceId: string;
  /** The version of the person when the password was looked at: after a change of it this is worth nothing. */
  readonly userVersion: number;
  /** Whether there is a factor to prove, or one to set up. */
  readonly must: 'prove' | 'enrol';
  /** By a browser's sign-in or by a program's login. */
  readonly kind: 'browser' | 'program';
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** What a challenge was made for: the answer to one is none to another. */
export type ChallengePurpose = 'sign-in' | 'factor' | 'registration';

export interface PendingStore {
  create(hash: string, pending: Pending): Promise<void>;
  /** Undefined where there is none, or it has expired. */
  find(hash: string, now: number): Promise<Pending | undefined>;
  /** Whether it was there until now: of any number at once one ends it, and goes on. */
  end(hash: string): Promise<boolean>;
  /** Keeps the challenge of a browser for a purpose; it replaces the one before. */
  challenge(hash: string, challenge: Challenge): Promise<void>;
  /** The challenge, once: of any number at once one gets it. Undefined for none that is good. */
  takeChallenge(hash: string, purpose: ChallengePurpose, now: number): Promise<string | undefined>;
}

export interface Challenge {
  readonly purpose: ChallengePurpose;
  readonly value: string;
  readonly expiresAt: number;
}

/** Makes an `mfa_token`, or a challenge: 32 bytes of chance. */
export function newPendingSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The stored form of the secret by which somebody who is pending is found. */
export function hashPendingSecret(secret: string): string {
  return createHash('sha256').update(`pending\0${secret}`).digest('base64url');
}

/** What it takes to wait for a second factor. */
export interface PendingContext {
  readonly pending: PendingStore;
  readonly clock: Clock;
}

/** A person, as far as it matters here: `version` grows with each change that what they have opened follows. */
interface Versioned {
  readonly version?: number;
}

/** Somebody who has proven the password, and what they must do before they enter. */
export interface NewPending extends Pick<Pending, 'workspaceId' | 'must' | 'kind'> {
  /** As they were when the password was looked at. */
  readonly user: Versioned & Pick<Pending, 'tenantId' | 'userId'>;
}

/** Lets somebody go on by `secret`, for {@link PENDING_SECONDS}. */
export async function beginPending(
  secret: string,
  { user: { tenantId, userId, version = 0 }, workspaceId, must, kind }: NewPending,
  { pending, clock }: PendingContext,
): Promise<void> {
  const expiresAt = clock() + PENDING_SECONDS;
  const person = { tenantId, userId, userVersion: version };
  await pending.create(hashPendingSecret(secret), { ...person, workspaceId, must, kind, expiresAt });
}

/** Somebody who is pending, as they are now. */
export interface PendingPerson<User extends Versioned> {
  readonly pending: Pending;
  readonly user: User;
}

/**
 * Who goes on by a secret. Undefined for nobody, for one of another kind, for whom `findUser` does not give, and for who was
 * changed since the password was looked at.
 */
export async function findPending<User extends Versioned>(
  secret: string,
  kind: Pending['kind'],
  findUser: (of: Pending) => Promise<User | undefined>,
  { pending: store, clock }: PendingContext,
): Promise<PendingPerson<User> | undefined> {
  const pending = await store.find(hashPendingSecret(secret), clock());
  if (pending?.kind !== kind) return undefined;
  const user = await findUser(pending);
  return user !== undefined && (user.version ?? 0) === pending.userVersion ? { pending, user } : undefined;
}

/** Whether somebody was pending until now: of any number at once one goes on. */
export function endPending(secret: string, { pending }: Pick<PendingContext, 'pending'>): Promise<boolean> {
  return pending.end(hashPendingSecret(secret));
}
