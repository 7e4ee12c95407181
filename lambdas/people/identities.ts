import { createHash, randomUUIDv7 } from 'node:crypto';
import type { ChangeOrigin, RequestOrigin } from '../audit/entries.ts';
import type { Deployment, IdentityProvider } from '../contract/deployment.ts';
import { OPERATORS_TENANT } from '../contract/operators.ts';
import type { Role } from '../contract/scopes.ts';
import type { Clock } from '../kernel/clock.ts';
import { TENANT_ID } from '../kernel/ids.ts';
import { Problem } from '../kernel/problem.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import type { User } from '../sessions/user.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import type { AccountStore } from './accounts.ts';
import { parseEmail } from './email-address.ts';
import type { PeopleStore } from './people.ts';
import type { Person } from './person.ts';

/** The rules by which somebody of an identity provider is a person of ours, however they come: by a token or a redirect. */

/** A token whose signature, issuer, audience and times hold. */
export interface ProviderToken {
  readonly provider: IdentityProvider;
  /** `sub`: who the issuer says it is. */
  readonly subject: string;
  /** SHA-256 of what is signed: the same however the signature is written. */
  readonly hash: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Somebody of an identity provider, as a person of ours. */
export interface LinkedIdentity {
  readonly userId: string;
  /** Whether the exchange has made the person: the provider then decides on the role. */
  readonly isManaged: boolean;
}

export interface IdentityStore {
  findIdentity(hash: string): Promise<LinkedIdentity | undefined>;
  /**
   * Notes that a token issued at `issuedAt` (Unix seconds) decides on the role of an identity's person: one conditional
   * write. False when one that was issued later has decided.
   */
  decide(hash: string, issuedAt: number): Promise<boolean>;
  /**
   * Notes that an identity is a person whom there is, and no longer the removed one with the id `gone`. False when it is
   * somebody's already.
   */
  link(hash: string, user: User, now: number, gone?: string): Promise<boolean>;
}

/** What it takes to say which person of ours somebody of a provider is. */
export interface IdentityContext {
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly tenant: (tenantId: string) => Promise<TenantFacts | undefined>;
  readonly accounts: Pick<AccountStore, 'findLogin'>;
  readonly people: Pick<PeopleStore, 'find' | 'create' | 'change' | 'standing'>;
  readonly sessions: Pick<SessionStore, 'settle'>;
  readonly exchange: IdentityStore;
  readonly clock: Clock;
}

/** Where a provider's token leads. */
export interface Destination {
  readonly tenantId: string;
  /** Those that are open, the oldest first. */
  readonly workspaceIds: readonly [string, ...string[]];
  /** Finds the person of the token: known, linked by their address, or new. */
  readonly findPerson: () => Promise<Person>;
}

/** The tenant of a provider's token, if it is open, and the way to its person. Throws `invalid_subject_token`. */
export async function destinationOf(
  proof: ProviderToken,
  from: RequestOrigin,
  context: IdentityContext,
): Promise<Destination> {
  const tenantId = tenantOf(proof);
  // Whatever a configuration says: they have a password and a second factor of ours, and no other way in.
  if (tenantId === OPERATORS_TENANT) throw refused('no provider leads to operators');
  const role = roleOf(proof, Object.keys(context.deployment.rights.roles));
  const [workspaceId, ...others] = await openWorkspaces(tenantId, context);
  if (workspaceId === undefined) throw refused(`tenant ${tenantId} has no workspace`);
  return {
    tenantId,
    workspaceIds: [workspaceId, ...others],
    findPerson: () => personOf({ proof, tenantId, role, from }, context),
  };
}

/** Oldest first: ids of version 7 (RFC 9562) sort by time. */
async function openWorkspaces(tenantId: string, { tenant, clock }: IdentityContext): Promise<string[]> {
  const facts = await tenant(tenantId);
  const hasEnded = facts?.heldUntil !== undefined && facts.heldUntil <= clock();
  if (facts?.state !== 'active' || hasEnded) throw refused(`tenant ${tenantId} is not there or not active`);
  return [...facts.workspaces].filter((id) => !facts.suspendedWorkspaces.has(id)).sort();
}

function tenantOf({ provider: { tenantId, tenantClaim }, claims }: ProviderToken): string {
  if (tenantClaim === null) return tenantId ?? '';
  const { claim, ids } = tenantClaim;
  const [value, ...more] = valuesOf(claims, claim);
  if (value === undefined || more.length > 0) throw refused(`the claim ${claim} names no tenant, or several`);
  const own = TENANT_ID.test(value) ? value : undefined;
  const found = ids === null ? own : Object.hasOwn(ids, value) ? ids[value] : undefined;
  if (found === undefined) throw refused(`the claim ${claim} names no tenant of ours`);
  return found;
}

/** The largest role that the claim gives, else the provider's own. */
function roleOf({ provider: { role, roleClaim }, claims }: ProviderToken, roles: readonly Role[]): Role {
  const named = roleClaim === null ? [] : valuesOf(claims, roleClaim.claim);
  const given = named.flatMap((value) =>
    roleClaim !== null && Object.hasOwn(roleClaim.values, value) ? [roleClaim.values[value]] : [],
  );
  const found = roles.findLast((candidate) => given.includes(candidate)) ?? role;
  if (found === null) throw refused('no claim gives a role');
  return found;
}

/** The values of a claim as texts. `scope` and `scp` are lists written as one text (RFC 6749, 3.3). */
export function valuesOf(claims: ProviderToken['claims'], name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  if (typeof value === 'boolean' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'string') return [];
  return name === 'scope' || name === 'scp' ? value.split(' ') : [value];
}

/** The person that the token speaks of: known, linked by their address, or new. */
async function personOf(
  {
    proof,
    tenantId,
    role,
    from,
  }: Omit<NewIdentity, 'hash' | 'origin' | 'gone'> & { readonly from: RequestOrigin },
  context: IdentityContext,
): Promise<Person> {
  const hash = identityHash(proof, tenantId);
  const origin = { actor: 'system', ...from };
  const find = async () => {
    const known = await context.exchange.findIdentity(hash);
    return { known, person: known && (await context.people.find(tenantId, known.userId)) };
  };
  let { known, person } = await find();
  // Of two first exchanges at once one makes the person; the other finds them.
  const wanted = { hash, proof, tenantId, role, origin, gone: known?.userId };
  if (person === undefined && (await linkOrCreatePerson(wanted, context))) ({ known, person } = await find());
  if (person === undefined)
    throw refused('nobody of the tenant is linked with the subject, or they were removed');
  if (!known?.isManaged) return person;
  const isLatest = await context.exchange.decide(hash, issuedAtOf(proof));
  if (person.role === role) return person;
  if (!isLatest) throw refused('a token that was issued later has given another role');
  return changedRole(person, role, origin, context);
}

/** `iat` in whole seconds (RFC 7519, 4.1.6): tokens that may change a role are put in order by it. */
function issuedAtOf({ claims: { iat } }: ProviderToken): number {
  const seconds = typeof iat === 'number' ? Math.floor(iat) : Number.NaN;
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw refused('the token does not say when it was issued');
  return seconds;
}

/** The provider decides on the role of whom the exchange has made, in the sessions that there are, too. */
async function changedRole(
  person: Person,
  role: Role,
  origin: ChangeOrigin,
  { people, sessions, clock }: IdentityContext,
): Promise<Person> {
  const after = await people
    .change(person, { role }, origin, clock())
    .catch(refuseFor('conflicting_state', 'not_found'));
  await sessions.settle(person.userId, await people.standing(person.tenantId, person.userId), origin);
  return after;
}

/** One subject may be somebody in several tenants: each is a person of their own. */
function identityHash({ provider, subject }: ProviderToken, tenantId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([provider.issuer, subject, tenantId]))
    .digest('hex');
}

interface NewIdentity {
  readonly hash: string;
  readonly proof: ProviderToken;
  readonly tenantId: string;
  readonly role: Role;
  readonly origin: ChangeOrigin;
  /** The removed person whose identity it was. */
  readonly gone: string | undefined;
}

/**
 * Links an identity that is nobody's yet, or that of a removed person, with a person of the tenant, or makes one. False
 * when the provider may not.
 */
async function linkOrCreatePerson(
  { hash, proof, tenantId, role, origin, gone }: NewIdentity,
  { accounts, people, exchange, clock }: IdentityContext,
): Promise<boolean> {
  const { createUsers, linkByEmail } = proof.provider;
  const address = verifiedEmail(proof);
  const holder = address === undefined ? undefined : await accounts.findLogin(address);
  if (linkByEmail && holder?.tenantId === tenantId) {
    const person = await people.find(tenantId, holder.userId);
    if (person === undefined) return false;
    await exchange.link(hash, person, clock(), gone);
    return true;
  }
  // A removed person is not made again: a removal holds until an administrator makes them anew.
  if (!createUsers || gone !== undefined) return false;
  issuedAtOf(proof);
  // A service has no address, and one that is another's cannot be claimed: `.invalid` reaches nobody (RFC 2606, 2).
  const email = address === undefined || holder !== undefined ? `${hash}@exchange.invalid` : address;
  // A provider's address that it has verified, or none that anybody could.
  const user = {
    userId: randomUUIDv7(),
    tenantId,
    email,
    emailVerified: email === address,
    fullName: nameOf(proof),
    role,
  };
  try {
    await people.create({ user, passwordHash: null, identity: hash, createdAt: clock() }, origin);
  } catch (error) {
    const lostRace = error instanceof Problem && ['conflicting_state', 'email_taken'].includes(error.code);
    if (!lostRace) refuseFor('limit_reached')(error);
  }
  return true;
}

/** Only what the provider has verified, and what is an address as it stands: it is a claim on an account. */
function verifiedEmail({ provider, claims }: ProviderToken): string | undefined {
  const { email } = claims;
  const verified = Object.hasOwn(claims, provider.emailVerifiedClaim)
    ? claims[provider.emailVerifiedClaim]
    : undefined;
  if (typeof email !== 'string' || (verified !== true && verified !== 'true')) return undefined;
  const parsed = parseEmail(email);
  return 'email' in parsed ? parsed.email : undefined;
}

function nameOf({ claims: { name }, subject }: ProviderToken): string {
  const text = typeof name === 'string' && name.trim() !== '' ? name : subject;
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
    .slice(0, 100)
    .toWellFormed();
}

/** One text for all: why is for the log. */
export function refused(cause: string): Problem {
  return new Problem('invalid_subject_token', { cause });
}

/** Rethrows an error, in the one text if it has one of the codes. */
export function refuseFor(...codes: readonly Problem['code'][]) {
  return (error: unknown): never => {
    throw error instanceof Problem && codes.includes(error.code) ? refused(error.message) : error;
  };
}
