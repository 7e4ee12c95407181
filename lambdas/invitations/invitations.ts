import { randomUUIDv7 } from 'node:crypto';
import {
  accountLimit,
  type SourceLimit,
  type SourceStore,
  takeFromAccount,
  takeFromSource,
} from '../attempts/source.ts';
import { type ChangeOrigin, originOf, type PlacedOrigin, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import { roleScopes } from '../contract/rights.ts';
import type { Role } from '../contract/scopes.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { UserCaller } from '../kernel/caller.ts';
import type { Completes } from '../kernel/claim.ts';
import type { Clock } from '../kernel/clock.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { manages } from '../kernel/rights.ts';
import { type LinkStore, type NewLink, newLink, type PresentedLink, presentedLink } from '../mail/link.ts';
import { type Mail, newMail } from '../mail/mail.ts';
import type { Language } from '../pages/languages.ts';
import type { AccountStore } from '../people/accounts.ts';
import { requireStrongPassword } from '../people/password-strength.ts';
import { hashPassword } from '../people/passwords.ts';
import { type NewPerson, requireGrantable } from '../people/people.ts';
import { requiredProvider } from '../people/required-provider.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { INVITATION, type Invitation, statusOf } from './invitation.ts';

/** Days for which an invitation can be accepted. */
export const DEFAULT_DAYS = 7;
export const MAX_DAYS = 30;

const DAY_SECONDS = 86_400;

/** Mails of a tenant's invitations: a department is invited within the hour, and nobody sends advertisements. */
export const TENANT_MAILS: SourceLimit = { what: 'invitation', limit: 100, windowSeconds: 3600 };

/** And those to one address, whoever's they are: enough for who looks for the first, too few to be a nuisance. */
export const ADDRESS_MAILS: SourceLimit = { what: 'invitation-address', limit: 5, windowSeconds: 3600 };

/** A mail with its link, for the transaction of the change that sends it. */
export interface Sending {
  readonly link: NewLink;
  readonly mail: Mail;
}

/** What becomes of who accepts. */
export interface Acceptance {
  readonly invitation: Invitation;
  readonly link: PresentedLink;
  readonly person: NewPerson;
}

export interface InvitationStore {
  page(
    tenantId: string,
    limit: number,
    after?: string,
  ): Promise<{ readonly invitations: readonly Invitation[]; readonly next: string | null }>;
  find(tenantId: string, id: string): Promise<Invitation | undefined>;
  create(
    invitation: Invitation,
    sending: Sending,
    origin: ChangeOrigin & Completes<Invitation>,
  ): Promise<void>;
  /** Replaces the link and the times. Throws `conflicting_state` for one that is no longer pending. */
  resend(seen: Invitation, after: Invitation, sending: Sending, origin: ChangeOrigin): Promise<void>;
  /** Throws `conflicting_state` for one that is no longer pending. */
  revoke(seen: Invitation, origin: ChangeOrigin, now: number): Promise<void>;
  /**
   * Uses the link, ends the invitation and makes the person: one transaction, so that of an acceptance and a revocation at
   * once, or of two acceptances, one holds. Throws `invalid_link`, `email_taken` and `limit_reached`.
   */
  accept(acceptance: Acceptance, origin: ChangeOrigin, now: number): Promise<void>;
}

/** What an administrator's rows need. */
export interface InvitingContext {
  readonly invitations: InvitationStore;
  readonly people: {
    find(tenantId: string, userId: string): Promise<{ readonly email: string } | undefined>;
  };
  readonly accounts: Pick<AccountStore, 'findLogin'>;
  readonly tenants: { find(tenantId: string): Promise<Pick<Tenant, 'name'> | undefined> };
  readonly sources: SourceStore;
  readonly requireRecentSignIn: RequireRecentSignIn;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly clock: Clock;
}

/** An invitation as it is asked for. */
export interface InvitationRequest {
  /** As `parseEmail` gives it. */
  readonly email: string;
  readonly fullName: string | null;
  /** @default - the role that every other has all of, where there is one */
  readonly role: Role | undefined;
  readonly days: number;
  readonly language: Language;
}

/**
 * Invites somebody. Whether the address has an account with another tenant is not told: the mail is sent, and says so to
 * who reads it when they accept. Throws `email_taken` for a person of the tenant, `exceeds_own_rights`,
 * `reauthentication_required` for a role that manages, and `rate_limited`.
 */
export async function invite(
  wanted: InvitationRequest,
  caller: UserCaller,
  from: PlacedOrigin & Completes<Invitation>,
  context: InvitingContext,
): Promise<Invitation> {
  const { rights } = context.deployment;
  const { email, fullName, language, days, role = rights.smallestRole } = wanted;
  if (role === null)
    throw invalidField('role', `is required: one of ${Object.keys(rights.roles).join(', ')}`);
  requireGrantable(role, caller, rights);
  if (manages(roleScopes(role, rights.roles), rights)) await context.requireRecentSignIn(caller);
  const holder = await context.accounts.findLogin(email);
  if (holder?.tenantId === caller.tenantId)
    throw new Problem('email_taken', { message: 'A person of the tenant has this address.' });
  const now = context.clock();
  const origin = originOf(caller, from);
  const expiresAt = now + days * DAY_SECONDS;
  const id = randomUUIDv7();
  const asked = { id, tenantId: caller.tenantId, email, fullName, role, language };
  const times = { createdAt: now, createdBy: origin.actor, sentAt: now, expiresAt };
  const sending = await newSending({ ...asked, expiresAt }, caller, context);
  const invitation = { ...INVITATION.initial, ...asked, ...times, linkId: sending.link.id };
  await context.invitations.create(invitation, sending, origin);
  return invitation;
}

/** Sends the mail again, with a new link and for as long as before; the link of the former mail is dead. */
export async function resend(
  id: string,
  caller: UserCaller,
  from: RequestOrigin,
  context: InvitingContext,
): Promise<Invitation> {
  const seen = await findInvitation(id, caller, context);
  requireGrantable(seen.role, caller, context.deployment.rights);
  const now = context.clock();
  const expiresAt = now + (seen.expiresAt - seen.sentAt);
  const sending = await newSending({ ...seen, expiresAt }, caller, context);
  const after = { ...seen, linkId: sending.link.id, sentAt: now, expiresAt };
  await context.invitations.resend(seen, after, sending, originOf(caller, from));
  return after;
}

/** Takes an invitation back. Throws `not_found`, and `conflicting_state` for one that was accepted or taken back. */
export async function revoke(
  id: string,
  caller: UserCaller,
  from: RequestOrigin,
  context: InvitingContext,
): Promise<void> {
  const seen = await findInvitation(id, caller, context);
  await context.invitations.revoke(seen, originOf(caller, from), context.clock());
}

async function findInvitation(
  id: string,
  { tenantId }: UserCaller,
  { invitations }: InvitingContext,
): Promise<Invitation> {
  const found = await invitations.find(tenantId, id);
  if (found === undefined)
    throw new Problem('not_found', { message: 'There is no invitation with this id.' });
  return found;
}

/** The next mail of an invitation. Throws `rate_limited`. */
async function newSending(
  {
    id,
    tenantId,
    email,
    language,
    expiresAt,
  }: Pick<Invitation, 'id' | 'tenantId' | 'email' | 'language' | 'expiresAt'>,
  caller: UserCaller,
  { sources, tenants, people, clock }: InvitingContext,
): Promise<Sending> {
  const now = clock();
  await takeFromAccount(sources, tenantId, TENANT_MAILS, now);
  await takeFromAccount(sources, email, ADDRESS_MAILS, now);
  const [tenant, inviter] = [await tenants.find(tenantId), await people.find(tenantId, caller.userId)];
  const expiresIn = expiresAt - now;
  const subject = `invitation:${id}`;
  const link = newLink(
    { kind: 'invitation', subject, facts: { tenantId, invitationId: id }, expiresIn },
    now,
  );
  const facts = {
    tenant: plainName(tenant?.name ?? ''),
    inviter: inviter?.email ?? '',
    days: String(Math.round(expiresIn / DAY_SECONDS)),
  };
  return {
    link,
    mail: newMail({ to: email, template: 'invitation', facts, language, linkId: link.id }, now),
  };
}

/**
 * A name that strangers are shown in a mail of ours. Whoever opens an account chooses it: without the characters that
 * mail programs make a link of, and short, it carries no message of somebody else's.
 */
export function plainName(name: string): string {
  return name
    .replace(/[^\p{L}\p{M}\p{N}'’&+-]+/gu, ' ')
    .trim()
    .slice(0, 60)
    .toWellFormed();
}

/** What the page that a link opens needs. */
export interface AcceptingContext {
  readonly invitations: Pick<InvitationStore, 'find' | 'accept'>;
  readonly links: Pick<LinkStore, 'read'>;
  readonly tenants: { find(tenantId: string): Promise<Pick<Tenant, 'name' | 'state'> | undefined> };
  readonly sources: SourceStore;
  readonly deployment: Pick<Deployment, 'rights' | 'addressLimits' | 'identityProviders'>;
  readonly clock: Clock;
}

/** An invitation that its link opens, and the name of the tenant. */
export interface OpenedInvitation {
  readonly invitation: Invitation;
  readonly link: PresentedLink;
  readonly tenantName: string;
}

/** The invitation of a link, if it can be accepted. Throws `invalid_link` in the same words whatever the reason, and `suspended_tenant`. */
export async function openInvitation(
  token: string,
  { invitations, links, tenants, deployment, clock }: AcceptingContext,
): Promise<OpenedInvitation> {
  const presented = presentedLink(token);
  const link = presented && (await links.read(presented, clock()));
  const { tenantId = '', invitationId = '' } = link?.kind === 'invitation' ? link.facts : {};
  const invitation = await invitations.find(tenantId, invitationId);
  const isOpen =
    presented !== undefined &&
    invitation?.linkId === presented.id &&
    statusOf(invitation, clock()) === 'pending' &&
    Object.hasOwn(deployment.rights.roles, invitation.role);
  if (!isOpen) throw new Problem('invalid_link');
  const tenant = await tenants.find(tenantId);
  if (tenant?.state !== 'active') throw new Problem('suspended_tenant');
  return { invitation, link: presented, tenantName: tenant.name };
}

/**
 * Makes the person of an invitation. The address is the invited one, whoever has the link: it reached them by that address,
 * and no other is asked for. Who must come in by an identity provider has no password. Throws as {@link openInvitation},
 * and `email_taken`, `limit_reached`, `invalid_field`, `rate_limited`.
 */
export async function acceptInvitation(
  { invitation, link }: OpenedInvitation,
  given: { readonly fullName: string; readonly password: string | undefined },
  from: PlacedOrigin,
  { invitations, sources, deployment, clock }: AcceptingContext,
): Promise<void> {
  const { tenantId, email, role } = invitation;
  const now = clock();
  await takeFromSource(sources, from.address, accountLimit(deployment.addressLimits), now);
  const passwordHash =
    requiredProvider(email, deployment) === undefined ? await hashOf(given.password ?? '', email) : null;
  const userId = randomUUIDv7();
  // The link has reached them by the address.
  const user = { userId, tenantId, email, emailVerified: true, fullName: given.fullName, role };
  const person = { user, passwordHash, createdAt: now };
  await invitations.accept({ invitation, link, person }, { actor: `user:${userId}`, ...from }, now);
}

async function hashOf(password: string, email: string): Promise<string> {
  await requireStrongPassword(password, email, 'password');
  return hashPassword(password);
}
