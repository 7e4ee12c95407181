import { type SourceStore, takeFromAccount, takeFromSource } from '../attempts/source.ts';
import { type ChangeOrigin, originOf, type PlacedOrigin, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import { roleScopes } from '../contract/rights.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { requireHeld } from '../kernel/rights.ts';
import { type Link, type LinkReading, newLink, readLink } from '../mail/link.ts';
import { linkedMail } from '../mail/linked-mail.ts';
import { newMail, type OutboxStore } from '../mail/mail.ts';
import type { Language } from '../pages/languages.ts';
import type { AskedFor } from '../pages/recovery-pages.ts';
import type { AccountStore } from '../people/accounts.ts';
import { requireStrongPassword } from '../people/password-strength.ts';
import { hashPassword, uselessPasswordHash } from '../people/passwords.ts';
import { findPerson, type PeopleStore, passwordNotice } from '../people/people.ts';
import { type PersonFacts, personFacts } from '../people/verification.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import { accountMailLimit, mailLimit } from './limits.ts';
import { resetLink } from './links.ts';
import { type RecoveryStore, UNDO_SECONDS } from './store.ts';

/** Seconds for which the link is good that confirms a new address. */
const ADDRESS_SECONDS = 86_400;

export interface RecoveryContext extends LinkReading {
  readonly recovery: RecoveryStore;
  readonly outbox: Pick<OutboxStore, 'add'>;
  readonly people: Pick<PeopleStore, 'find' | 'standing'>;
  readonly accounts: Pick<AccountStore, 'findLogin' | 'keepAddress'>;
  readonly sessions: Pick<SessionStore, 'settle'>;
  readonly sources: SourceStore;
  readonly deployment: Pick<Deployment, 'addressLimits' | 'rights'>;
}

/**
 * Queues what becomes a mail, if the address has an account. Nothing here looks whether it has: the same work is done for
 * every address, so that neither answer nor time tells (ADR 0131). Throws `rate_limited`, of a source address and of an
 * account alike.
 */
export async function askForMail(
  {
    email,
    template,
    language,
  }: { readonly email: string; readonly template: AskedFor; readonly language: Language },
  { address, requestId }: PlacedOrigin,
  { outbox, sources, deployment, clock }: RecoveryContext,
): Promise<void> {
  const now = clock();
  await takeFromSource(sources, address, mailLimit(deployment.addressLimits), now);
  await takeFromAccount(sources, email, accountMailLimit(template), now);
  const askedBy = { requestId, address };
  await outbox.add(newMail({ to: email, template, facts: {}, language, askedBy }, now));
}

/**
 * Gives the person of a link a new password, and ends all their sessions and sign-ins. The link is good once, and for
 * nobody any more once the password is another. Throws `invalid_link`, and `invalid_field` for a weak password, which
 * uses nothing.
 */
export async function resetPassword(
  {
    token,
    password,
    language,
    field,
  }: {
    readonly token: string;
    readonly password: string;
    readonly language: Language;
    /** The name of the password's field. */
    readonly field: string;
  },
  from: RequestOrigin,
  context: RecoveryContext,
): Promise<void> {
  const { recovery, clock } = context;
  const { link, use } = await readLink(token, ['reset'], context);
  const person = factsOf(link);
  await requireStrongPassword(password, person.email, field);
  const passwordHash = await hashPassword(password);
  const origin = { actor: `user:${person.userId}`, ...from };
  const notice = passwordNotice(person.email, language, clock());
  const passwordVersion = Number(link.facts.passwordVersion);
  await recovery.setPassword({ use, person, passwordVersion, passwordHash, notice }, origin, clock());
  await endEverything(person, origin, context);
  await context.accounts.keepAddress(person.tenantId, clock());
}

/** What has been confirmed. */
export interface Confirmed {
  readonly kind: (typeof CONFIRMED)[number];
  /** The address that the person has now. */
  readonly email: string;
}

/**
 * Does what a link of a mail is for that takes nothing but a button: confirms an address, changes it, or takes the change
 * back. Throws `invalid_link`, and `email_taken` for a new address that somebody has meanwhile.
 */
export async function confirm(
  token: string,
  language: Language,
  from: RequestOrigin,
  context: RecoveryContext,
): Promise<Confirmed> {
  const { recovery, accounts, clock } = context;
  const { link, use } = await readLink(token, CONFIRMED, context);
  const person = factsOf(link);
  const origin = { actor: `user:${person.userId}`, ...from };
  const now = clock();
  if (link.kind === 'verify') {
    await recovery.verify({ use, person }, origin, now);
    await accounts.keepAddress(person.tenantId, now);
    return { kind: 'verify', email: person.email };
  }
  const to = link.facts.to ?? '';
  if (link.kind === 'address') {
    // The person as they are told of it: with the address that they have then.
    const undo = linkedMail(
      { to: person.email, template: 'address-changed', facts: { to }, language },
      {
        kind: 'undo',
        subject: link.subject,
        facts: { ...person, email: to, to: person.email },
        expiresIn: UNDO_SECONDS,
      },
      now,
    );
    const passwordVersion = Number(link.facts.passwordVersion);
    await recovery.changeAddress({ use, person, to, passwordVersion, undo }, origin, now);
    return { kind: 'address', email: to };
  }
  const restored = { ...person, email: to };
  const standing = await context.people.standing(person.tenantId, person.userId);
  const reset = linkedMail(
    { to, template: 'reset', facts: {}, language },
    // The change itself is the next version of the password.
    resetLink(restored, (standing?.version ?? 0) + 1),
    now,
  );
  const passwordHash = await uselessPasswordHash();
  await recovery.undoAddress({ use, person, to, passwordHash, reset }, origin, now);
  await endEverything(restored, origin, context);
  return { kind: 'undo', email: to };
}

export const CONFIRMED = ['verify', 'address', 'undo'] as const;

/**
 * Begins the change of the caller's own address: the new one gets a link, the present one is told. Whether the new
 * address has an account is not told: its holder is, when they confirm. Throws `reauthentication_required`,
 * `rate_limited`, `conflicting_state` while the last change can be taken back.
 */
export async function askForAddress(
  { to, language }: { readonly to: string; readonly language: Language },
  caller: UserCaller,
  from: PlacedOrigin,
  context: RecoveryContext & { readonly requireRecentSignIn: RequireRecentSignIn },
): Promise<void> {
  const { recovery, people, sources, deployment, clock } = context;
  await context.requireRecentSignIn(caller);
  const now = clock();
  await takeFromSource(sources, from.address, mailLimit(deployment.addressLimits), now);
  await takeFromAccount(sources, caller.userId, accountMailLimit('address'), now);
  const person = await findPerson(caller.tenantId, caller.userId, people);
  if (person.email === to) throw invalidField('email', 'is your address already');
  const facts = personFacts(person);
  const standing = await people.standing(person.tenantId, person.userId);
  const passwordVersion = String(standing?.passwordVersion ?? 0);
  const change = linkedMail(
    { to, template: 'address', facts: { from: person.email }, language },
    {
      kind: 'address',
      subject: `user:${person.userId}`,
      facts: { ...facts, to, passwordVersion },
      expiresIn: ADDRESS_SECONDS,
    },
    now,
  );
  const notice = newMail({ to: person.email, template: 'address-asked', facts: { to }, language }, now);
  await recovery.askForAddress({ person: facts, change, notice }, originOf(caller, from), now);
}

/**
 * Resets the password of a person of the caller's tenant: the old one and all sessions end, and they are mailed a link.
 * Throws `not_found`, `exceeds_own_rights` for who may more than the caller, and `conflicting_state` for who has no password.
 */
export async function resetByAdministrator(
  { userId, language }: { readonly userId: string; readonly language: Language },
  caller: UserCaller,
  from: RequestOrigin,
  context: RecoveryContext,
): Promise<void> {
  const { rights } = context.deployment;
  const person = await findPerson(caller.tenantId, userId, context.people);
  requireHeld(roleScopes(person.role, rights.roles), caller, rights);
  await resetOf(personFacts(person), language, originOf(caller, from), context);
}

/** The same for whoever may: an operator, who may have no mail sent (`language` null). Gives the id of the link. */
export async function resetOf(
  person: PersonFacts,
  language: Language | null,
  origin: ChangeOrigin,
  context: Pick<RecoveryContext, 'recovery' | 'people' | 'accounts' | 'sessions' | 'clock'>,
): Promise<string> {
  const { recovery, people, accounts, clock } = context;
  const login = await accounts.findLogin(person.email);
  if (login?.userId !== person.userId || login.passwordHash === undefined)
    throw new Problem('conflicting_state', {
      message: 'This person has no password: they come in by an identity provider, or by a key.',
    });
  const now = clock();
  const standing = await people.standing(person.tenantId, person.userId);
  const link = newLink(resetLink(person, (standing?.version ?? 0) + 1), now);
  const told = { to: person.email, template: 'reset-by-administrator', facts: {}, linkId: link.id } as const;
  const mail = language === null ? null : newMail({ ...told, language }, now);
  const passwordHash = await uselessPasswordHash();
  await recovery.reset({ person, passwordHash, link, mail }, origin, now);
  await endEverything(person, origin, context);
  return link.id;
}

async function endEverything(
  { tenantId, userId }: PersonFacts,
  origin: ChangeOrigin,
  { people, sessions }: Pick<RecoveryContext, 'people' | 'sessions'>,
): Promise<void> {
  await sessions.settle(userId, await people.standing(tenantId, userId), origin);
}

/** The person of a link. */
function factsOf({ facts }: Link): PersonFacts {
  const { tenantId = '', userId = '', email = '' } = facts;
  return { tenantId, userId, email };
}
