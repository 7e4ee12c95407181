import * as attribute from './attributes.ts';
import type { Caller } from './caller.ts';
import { type Item, N, number, S } from './items.ts';
import { Problem } from './problem.ts';
import { textList } from './stored.ts';

/** When and how a person last proved who they are. */
export interface Authentication {
  /** Unix seconds (`auth_time`: OpenID Connect Core, 2; RFC 9068, 2.2.1). 0 where nobody knows. */
  readonly authTime: number;
  /** How: values of RFC 8176, 2, such as `pwd`; of a provider's sign-in what the provider says. */
  readonly amr: readonly string[];
}

/** A password (RFC 8176, 2). */
export const BY_PASSWORD: Authentication['amr'] = ['pwd'];

/** What a second factor adds (RFC 8176, 2). */
export const MULTIPLE_FACTORS = 'mfa';

/** Seconds for which a sign-in is recent: what is hard to take back asks for one ("sudo"). */
export const RECENT_SECONDS = 600;

/** Whether somebody proved who they are at most {@link RECENT_SECONDS} ago. */
export function isRecent({ authTime }: Pick<Authentication, 'authTime'>, now: number): boolean {
  return now - authTime <= RECENT_SECONDS;
}

/**
 * Refuses a person whose session is of an older sign-in than {@link RECENT_SECONDS} (`sessions/recent-sign-in.ts`). API
 * keys pass: a program cannot sign in again, and its rights are its scopes. Throws `reauthentication_required`.
 */
export type RequireRecentSignIn = (caller: Caller) => Promise<void>;

/**
 * Refuses whoever is no operator at this moment (`operators/operator.ts`). An act also takes a recent sign-in. Throws
 * `not_found`, as if the row were not there, and `reauthentication_required`.
 */
export type RequireOperator = (caller: Caller, isAct: boolean) => Promise<void>;

/** What a function must have to serve rows of operators. */
export interface OperatorServices {
  readonly requireOperator: RequireOperator;
}

/** The refusal of who has to prove again who they are. */
export function reauthenticationRequired(): Problem {
  return new Problem('reauthentication_required');
}

const methods = textList(attribute.METHODS);

/** The attributes of what is stored with a session, a sign-in, or an approval that waits for its session. */
export function authenticationItem({ authTime, amr }: Authentication): Item {
  return { [attribute.AUTH_TIME]: N(authTime), [attribute.METHODS]: { L: amr.map(S) } };
}

/** Of what was stored before this was noted, nobody knows when. */
export function storedAuthentication(item: Item): Authentication {
  return { authTime: number(item, attribute.AUTH_TIME), amr: methods.read(item) };
}
