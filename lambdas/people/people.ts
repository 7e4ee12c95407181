import { randomUUIDv7 } from 'node:crypto';
import { type BackoffStore, passwordChangeSubject, takeAttempt } from '../attempts/backoff.ts';
import { type ChangeOrigin, originOf, type PlacedOrigin, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import { type Rights, roleScopes } from '../contract/rights.ts';
import type { Role } from '../contract/scopes.ts';
import type { UserCaller } from '../kernel/caller.ts';
import type { Completes } from '../kernel/claim.ts';
import type { Clock } from '../kernel/clock.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { requireHeld, requireRole } from '../kernel/rights.ts';
import type { LinkedMail } from '../mail/linked-mail.ts';
import { type Mail, newMail } from '../mail/mail.ts';
import type { Language } from '../pages/languages.ts';
import type { SessionStore, UserStanding } from '../sessions/sessions.ts';
import type { User } from '../sessions/user.ts';
import type { AccountStore } from './accounts.ts';
import { requireStrongPassword } from './password-strength.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { PERSON, type Person, type PersonChange, type PersonFields } from './person.ts';
import { verificationMail } from './verification.ts';

/** People of a tenant at most: what one answer lists, and one transaction's counters bear. */
export const MAX_USERS = 1000;

export interface NewPerson {
  readonly user: User & PersonFields;
  /** Null for who comes in by an identity provider. */
  readonly passwordHash: string | null;
  /** The mail by which they confirm the address. @default - none */
  readonly verification?: LinkedMail;
  /** The person's identity at an identity provider; see `exchange.ts`. @default - nobody */
  readonly identity?: string;
  readonly createdAt: number;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  /** The id after which the next page begins; null on the last. */
  readonly next: string | null;
}

/** A password's hash before and after, and the session in which it is changed, which goes on. */
export interface PasswordChange {
  readonly before: string;
  readonly after: string;
  readonly keptSession: string;
  /** Tells the person of it. */
  readonly notice: Mail;
}

export interface PeopleStore {
  page(tenantId: string, limit: number, after?: string): Promise<PeoplePage>;
  find(tenantId: string, userId: string): Promise<Person | undefined>;
  /** Throws `email_taken`, `limit_reached` at {@link MAX_USERS}, and `conflicting_state` when the identity is somebody's. */
  create(person: NewPerson, origin: ChangeOrigin & Completes<Person>): Promise<void>;
  /** Gives the person as they are then. Throws `not_found`, and `conflicting_state` for the last administrator. */
  change(person: Person, change: PersonChange, origin: ChangeOrigin, now: number): Promise<Person>;
  /** Throws as `change` does. */
  remove(person: Person, origin: ChangeOrigin, now: number): Promise<void>;
  /** As `remove`, and begins to erase what is stored of them: at the person's own wish. */
  erase(person: Person, origin: ChangeOrigin, now: number): Promise<void>;
  /** Throws `wrong_password` when the password is no longer the one with the hash `before`. */
  changePassword(person: Person, change: PasswordChange, origin: ChangeOrigin, now: number): Promise<void>;
  /** The person's standing, which their sessions follow; undefined when there is no such person. */
  standing(tenantId: string, userId: string): Promise<UserStanding | undefined>;
}

export interface PeopleContext {
  readonly people: PeopleStore;
  readonly accounts: Pick<AccountStore, 'findLogin'>;
  readonly sessions: SessionStore;
  readonly backoff: BackoffStore;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly clock: Clock;
}

/** A person of the tenant. Throws `not_found` for any other. */
export async function findPerson(
  tenantId: string,
  userId: string,
  people: Pick<PeopleStore, 'find'>,
): Promise<Person> {
  const found = await people.find(tenantId, userId);
  if (found === undefined) throw noPerson();
  return found;
}

/**
 * Adds a person with a first password, which they should change. Throws `email_taken`, `invalid_field`, and
 * `exceeds_own_rights` for a role with more than the caller has.
 */
export async function addPerson(
  wanted: PersonFields & {
    /** As `parseEmail` gives it. */
    readonly email: string;
    readonly password: string;
    /** Of the mail by which they confirm the address. */
    readonly language: Language;
    /** @default - the role that every other has all of, where there is one */
    readonly role?: Role;
  },
  caller: UserCaller,
  from: RequestOrigin & Completes<Person>,
  { people, deployment: { rights }, clock }: PeopleContext,
): Promise<Person> {
  const { password, language, role = rights.smallestRole, ...asked } = wanted;
  if (role === null)
    throw invalidField('role', `is required: one of ${Object.keys(rights.roles).join(', ')}`);
  requireGrantable(role, caller, rights);
  await requireStrongPassword(password, asked.email, 'password');
  const user = { fullName: null, ...asked, role, userId: randomUUIDv7(), tenantId: caller.tenantId };
  const passwordHash = await hashPassword(password);
  const origin = originOf(caller, from);
  const createdAt = clock();
  const verification = verificationMail(user, language, createdAt);
  await people.create({ user, passwordHash, verification, createdAt }, origin);
  return { ...PERSON.initial, ...user, createdAt, createdBy: origin.actor };
}

/**
 * Changes name or role. When this has answered, every session of the person has the role; were it cut off, the table's
 * stream does the rest. The last administrator stays one: of two who demote each other at once, one succeeds. Throws
 * `invalid_field`, and `exceeds_own_rights` for a role with more than the caller has.
 */
export async function changePerson(
  {
    userId,
    change,
    caller,
    from,
  }: {
    readonly userId: string;
    readonly change: PersonChange;
    readonly caller: UserCaller;
    readonly from: RequestOrigin;
  },
  { people, sessions, deployment, clock }: PeopleContext,
): Promise<Person> {
  const origin = originOf(caller, from);
  if (change.role !== undefined) requireGrantable(change.role, caller, deployment.rights);
  const before = await findPerson(caller.tenantId, userId, people);
  const after = await people.change(before, change, origin, clock());
  if (after.role !== before.role) {
    await sessions.settle(userId, await people.standing(caller.tenantId, userId), origin);
  }
  return after;
}

/** Removes a person and ends all their sessions; the keys that they made stay. The last administrator stays. */
export async function removePerson(
  userId: string,
  caller: UserCaller,
  from: RequestOrigin,
  { people, sessions, clock }: PeopleContext,
): Promise<Person> {
  const origin = originOf(caller, from);
  const person = await findPerson(caller.tenantId, userId, people);
  await people.remove(person, origin, clock());
  await sessions.settle(userId, undefined, origin);
  return person;
}

/** Changes the caller's own password and ends their other sessions. Throws `wrong_password`, `rate_limited`. */
export async function changePassword(
  passwords: { readonly current: string; readonly next: string; readonly language: Language },
  caller: UserCaller,
  from: PlacedOrigin,
  { people, accounts, sessions, backoff, clock }: PeopleContext,
): Promise<void> {
  const person = await findPerson(caller.tenantId, caller.userId, people);
  await requireStrongPassword(passwords.next, person.email, 'new_password');
  const subject = passwordChangeSubject(caller.userId);
  await takeAttempt(backoff, subject, clock());
  const login = await accounts.findLogin(person.email);
  const present = login?.userId === caller.userId ? login.passwordHash : undefined;
  if (!(await verifyPassword(passwords.current, present)) || present === undefined)
    throw new Problem('wrong_password', { message: 'current_password is wrong.' });
  const origin = originOf(caller, from);
  const change = {
    before: present,
    after: await hashPassword(passwords.next),
    keptSession: caller.sessionId,
    notice: passwordNotice(person.email, passwords.language, clock()),
  };
  await people.changePassword(person, change, origin, clock());
  await sessions.settle(caller.userId, await people.standing(caller.tenantId, caller.userId), origin);
  await backoff.clear(subject.id);
}

/** The mail that tells a person that their password was changed. */
export function passwordNotice(email: string, language: Language, now: number): Mail {
  return newMail({ to: email, template: 'password-changed', facts: {}, language }, now);
}

/** Whoever gives a role must have all that it has. */
export function requireGrantable(role: Role, caller: UserCaller, rights: Rights): void {
  requireRole(role, rights);
  requireHeld(roleScopes(role, rights.roles), caller, rights);
}

export function noPerson(): Problem {
  return new Problem('not_found', { message: 'There is no user with this id.' });
}
