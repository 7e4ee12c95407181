import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { networkOf } from '../kernel/address.ts';
import { rateLimited } from '../kernel/problem.ts';

/** A subject whose attempts are counted, and how many of them cost nothing. */
export interface BackoffSubject {
  /** Names the counter; a hash, so that no address stands in the table's keys. */
  readonly id: string;
  readonly freeAttempts: number;
}

/** People mistype, and their programs log in side by side: an attempt counts until its password has proven right. */
const FREE_FROM_ONE_PLACE = 10;

/** Guesses spread over many places meet this, late enough that a stranger does not easily lock the owner out. */
const FREE_FROM_ANYWHERE = 50;

/** The longest pause after a wrong password, in seconds. */
const MAX_DELAY_SECONDS = 900;

/** Seconds after the last attempt at which all is forgotten. */
export const BACKOFF_MEMORY_SECONDS = 3600;

/** The attempts so far. Times are Unix seconds. */
export interface Attempts {
  readonly failures: number;
  readonly blockedUntil: number;
}

export interface BackoffStore {
  read(subject: string, now: number): Promise<Attempts>;
  /** Writes `next` if the failures still are `expected`; false when another attempt came first. */
  replace(subject: string, expected: number, next: Attempts, now: number): Promise<boolean>;
  clear(subject: string): Promise<void>;
}

/**
 * The counters of a login: that of the account from this source address, and that of the account from anywhere.
 * An account that has logged in from there before has the first alone: no stranger elsewhere keeps it out.
 */
export function loginSubjects(email: string, address: string, isKnown = false): readonly BackoffSubject[] {
  const here = { id: digest(`${email}\0${networkOf(address)}`), freeAttempts: FREE_FROM_ONE_PLACE };
  return isKnown ? [here] : [here, { id: digest(email), freeAttempts: FREE_FROM_ANYWHERE }];
}

/** The counter of guesses at a person's present password by who holds a session of theirs: no stranger reaches it. */
export function passwordChangeSubject(userId: string): BackoffSubject {
  return { id: digest(`password-change\0${userId}`), freeAttempts: FREE_FROM_ONE_PLACE };
}

/** Codes of six digits are guessed sooner than passwords: few attempts cost nothing. */
const FREE_FACTOR_ATTEMPTS = 5;

/** The counter of guesses at a person's second factor, by who has proven the password. */
export function factorSubject(userId: string): BackoffSubject {
  return { id: digest(`factor\0${userId}`), freeAttempts: FREE_FACTOR_ATTEMPTS };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** How often an attempt is counted anew when others came first, with pauses of some two seconds in all. */
const MAX_TRIES = 25;

/**
 * Takes an attempt before the password is looked at, so that attempts in parallel are counted one by one.
 * Throws `rate_limited` while the subject is blocked, and where too many come at once to be counted. A success must
 * `clear` the subject.
 */
export async function takeAttempt(
  store: BackoffStore,
  subject: BackoffSubject,
  now: number,
  {
    known,
    pause = sleep,
  }: {
    /** What was read of it a moment ago. @default - it is read */
    readonly known?: Attempts | undefined;
    readonly pause?: (milliseconds: number) => Promise<unknown>;
  } = {},
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    // Chance takes those apart that came together.
    if (tries > 0) await pause(Math.random() * Math.min(150, 10 * 2 ** tries));
    const { failures, blockedUntil } = (tries === 0 && known) || (await store.read(subject.id, now));
    if (blockedUntil > now) throw rateLimited(blockedUntil - now, 'Too many attempts.');
    const next = {
      failures: failures + 1,
      blockedUntil: now + delaySeconds(failures + 1 - subject.freeAttempts),
    };
    if (await store.replace(subject.id, failures, next, now)) return;
  }
  throw rateLimited(1, 'Too many attempts at once.');
}

/** Nothing for the free attempts, then 2, 4, 8 … seconds. */
export function delaySeconds(costlyAttempts: number): number {
  return costlyAttempts < 0 ? 0 : Math.min(MAX_DELAY_SECONDS, 2 ** (costlyAttempts + 1));
}
