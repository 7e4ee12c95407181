import type { Method, RowAccess } from '../contract/access.ts';
import { roleScopes } from '../contract/rights.ts';
import { declaredScopes, type Scope, sharedScopes } from '../contract/scopes.ts';
import { type AddressBlock, allowsAddress } from '../kernel/address.ts';
import type { Caller } from '../kernel/caller.ts';
import { NEVER } from '../kernel/clock.ts';
import { readCredential } from '../kernel/credential.ts';
import { hashKey, importedLocator, keyMark, parseKey, sameHash } from '../keys/key-format.ts';
import type { KeyRecord, Use } from '../keys/key-record.ts';
import { type Allowance, allowanceAfter } from '../plans/allowance.ts';
import { keyRequestsPerMinute, limitsOf } from '../plans/tiers.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { KeyTokenClaims, TokenClaims } from '../signing/tokens.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import { namedWorkspaces } from '../tenancy/workspace-choice.ts';
import { upstreamScopes } from '../upstream/path-scopes.ts';
import type { DecisionContext, DecisionRequest } from './decision.ts';

/** A request, and what its row asks for: undefined for a resource or method that no row names. */
export interface Asked {
  readonly request: DecisionRequest;
  readonly context: DecisionContext;
  readonly access: RowAccess | undefined;
}

/** The claims of a credential; of a token, those that its signature has proven. */
export type Claim =
  | { readonly kind: 'none' | 'anonymous' | 'invalid' | 'expired' }
  /** `token` where the credential is a token that stands for the key; `hash` is then the key's mark. */
  | {
      readonly kind: 'key';
      readonly locator: string;
      readonly hash: Uint8Array;
      readonly token?: KeyTokenClaims;
    }
  | { readonly kind: 'session'; readonly token: TokenClaims };

export interface Claimed extends Asked {
  readonly claim: Claim;
  /** Whether this instance remembers it as a key that nobody has. */
  readonly isKnownWrong: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** The record of a key or a session, as the one write left or found it. */
export interface CredentialRecord extends Omit<Use<never>, 'record'> {
  readonly caller: Caller;
  readonly state: KeyRecord['state'] | SessionRecord['state'];
  /** Unix seconds; of a key, those of the slot that holds the key that was presented. */
  readonly expiresAt: number;
  /** Whether the secret is the record's: of a session, its token's signature has proven it. */
  readonly isProven: boolean;
  /** The scopes of whoever made an embed token, which reach the row; the caller's are what they may give to keys. */
  readonly makersScopes?: readonly Scope[];
  /** Of a key; empty for "from anywhere". */
  readonly allowedBlocks?: readonly AddressBlock[];
}

export interface Used extends Claimed {
  /** Undefined when there is none. */
  readonly record: CredentialRecord | undefined;
}

/** A caller who is proven and in force, and what is true of their tenant. */
export interface Proven extends Used {
  readonly caller: Caller;
  /** Undefined when it is not there; null for an anonymous caller, who has none. */
  readonly tenant: TenantFacts | null | undefined;
  readonly allowance: Allowance | null;
  /** The workspaces that the request names (`X-Workspace-Id`), unchecked. */
  readonly picked: readonly string[];
}

/** Characters of a key that another system made: shorter ones can be guessed, longer ones are none. */
const MIN_IMPORTED_LENGTH = 20;
const MAX_IMPORTED_LENGTH = 512;

/** Reads the credential: a key by its form, a token by its signature. */
export async function readClaim(asked: Asked): Promise<Claimed> {
  const claim = await claimOf(asked);
  const { context } = asked;
  const now = context.clock();
  const isKnownWrong = claim.kind === 'key' && context.guesses.isWrong(claim.locator, claim.hash, now);
  return { ...asked, claim, isKnownWrong, now };
}

function claimOf({ request, context, access }: Asked): Claim | Promise<Claim> {
  const { profile, deployment } = context;
  const credential = readCredential(request.headers, profile.credentials);
  switch (credential.kind) {
    case 'none':
      return { kind: deployment.anonymous ? 'anonymous' : 'none' };
    case 'malformed':
      return { kind: 'invalid' };
    case 'key':
      return keyClaim(credential.key, context);
    case 'token':
      return tokenClaim(credential.token, access, context);
  }
}

/** What a token's signature proves. */
async function tokenClaim(
  token: string,
  access: Asked['access'],
  { tokens, store, clock }: DecisionContext,
): Promise<Claim> {
  const now = clock();
  const control = await store.control(now, tokens.provenTenant(token));
  const takesEmbedTokens = access !== 'upstream' && access?.embed;
  const verdict = await tokens.verify(token, control, now, takesEmbedTokens);
  if (verdict.kind !== 'valid') return verdict;
  const { claims } = verdict;
  return 'keyId' in claims
    ? { kind: 'key', locator: claims.locator, hash: claims.keyMark, token: claims }
    : { kind: 'session', token: claims };
}

/** Where a key's record is: known at once of a key that has our form. */
function keyClaim(key: string, context: DecisionContext): Claim | Promise<Claim> {
  const hash = hashKey(key);
  const parsed = parseKey(context.profile.keys, key);
  return parsed === undefined
    ? importedClaim(key, hash, context)
    : { kind: 'key', locator: parsed.locator, hash };
}

/**
 * What has not our form is looked up by its hash, but only where keys of another system have been imported, and only if it
 * is as long as such keys are: elsewhere garbage costs no write.
 */
async function importedClaim(
  key: string,
  hash: Uint8Array,
  { store, clock }: DecisionContext,
): Promise<Claim> {
  const canBeImported = key.length >= MIN_IMPORTED_LENGTH && key.length <= MAX_IMPORTED_LENGTH;
  return canBeImported && (await store.control(clock())).importedKeys
    ? { kind: 'key', locator: importedLocator(hash), hash }
    : { kind: 'invalid' };
}

/** The scopes that the row asks for; none where any credential will do. */
export function requiredScopes({ access, request, context }: Asked): readonly Scope[] {
  if (access !== 'upstream') return access?.scope === undefined ? [] : [access.scope];
  const { pathScopes, rights } = context.deployment;
  return upstreamScopes(request.method as Method, request.path, pathScopes, rights.methodScopes);
}

/** The only kind of callers that the row takes; undefined for both. */
export function callersOf({ access }: Asked) {
  return access === 'upstream' ? undefined : access?.callers;
}

/** The one write, which authenticates and counts. */
export async function recordOf(claimed: Claimed): Promise<CredentialRecord | undefined> {
  const { claim, request, context, now } = claimed;
  const { store, guesses, deployment } = context;
  const { address } = request;
  const { inclusion, roles, smallestRole } = deployment.rights;
  switch (claim.kind) {
    case 'anonymous':
      return anonymous(roleScopes(smallestRole, roles));
    case 'key': {
      const { locator, hash, token } = claim;
      const isToken = token !== undefined;
      // By what the answer depends on, beside the record: refusals of a kind are alike. A page reaches rows as its maker.
      const narrowed = token?.embed ? undefined : token?.scopes;
      const asks = `${requiredScopes(claimed)} ${callersOf(claimed)} ${narrowed}`;
      const key = { locator, address, now, asks };
      const { record, ...use } = await (isToken
        ? store.useKeyMark({ ...key, mark: hash })
        : store.useKey({ ...key, hash }));
      const slot = record?.slots.find((slot) => sameHash(isToken ? keyMark(slot.hash) : slot.hash, hash));
      if (slot === undefined) guesses.wrong(locator, hash, now);
      if (record === undefined) return undefined;
      const granted = declaredScopes(record.caller.scopes, inclusion);
      // A token of a key is the key, with no more scopes than both have.
      const scopes = token === undefined ? granted : sharedScopes(token.scopes, granted, inclusion);
      return {
        ...record,
        ...use,
        caller: { kind: 'key', ...record.caller, scopes, ...embedOf(token) },
        ...(token?.embed && { makersScopes: granted }),
        expiresAt: slot?.expiresAt ?? 0,
        isProven: slot !== undefined,
      };
    }
    case 'session': {
      const { sessionId, workspaceId, delegation, embed } = claim.token;
      const { record, ...use } = await store.useSession(sessionId, address, now);
      if (record === undefined) return undefined;
      const { caller } = record;
      const held = roleScopes(caller.role, roles);
      const part = embed ?? delegation;
      return {
        ...record,
        ...use,
        ...(embed && { makersScopes: held }),
        caller: {
          kind: 'user',
          environment: 'live',
          ...caller,
          // An OAuth client or a page has what the person gave it, and never more than they have themselves.
          scopes: part === undefined ? held : sharedScopes(part.scopes, held, inclusion),
          ...(delegation && { clientId: delegation.clientId }),
          ...embedOf(claim.token),
          workspaceId: workspaceId ?? caller.workspaceId,
        },
        isProven: true,
      };
    }
    default:
      return undefined;
  }
}

function embedOf(token: TokenClaims | KeyTokenClaims | undefined): Pick<Caller, 'embed'> {
  return token?.embed === undefined ? {} : { embed: { subject: token.embed.subject } };
}

const anonymous = (scopes: readonly Scope[]): CredentialRecord => ({
  caller: {
    kind: 'anonymous',
    tenantId: 'anonymous',
    workspaceId: 'anonymous',
    scopes,
    environment: 'test',
  },
  state: 'active',
  expiresAt: NEVER,
  isProven: true,
  passed: true,
  window: 0,
  count: 0,
});

/**
 * The tenant's facts, and the allowance that its tier gives. Throws when the record shows no reason why the write was
 * refused: only who calls from elsewhere goes on uncounted.
 */
export async function withTenant(used: Used): Promise<Proven> {
  const { record, request, context, now } = used;
  if (record === undefined || !(record.passed || isElsewhere(used)))
    throw new Error('The write was refused for no reason that its record shows.');
  const { caller, count, window } = record;
  const picked = namedWorkspaces(request.headers);
  if (caller.kind === 'anonymous') return { ...used, caller, picked, tenant: null, allowance: null };
  const { store, deployment } = context;
  const tenant = await store.tenant(caller.tenantId, now);
  const limit =
    caller.kind === 'user'
      ? limitsOf(tenant?.tier, deployment).sessionRequestsPerMinute
      : keyRequestsPerMinute(caller.environment, tenant?.tier, deployment);
  return { ...used, caller, picked, tenant, allowance: allowanceAfter(limit, count, window) };
}

/** Whether the record's allow-list lacks the caller's address. */
export function isElsewhere({ record, request }: Used): boolean {
  const allowed = record?.allowedBlocks ?? [];
  return allowed.length > 0 && !allowsAddress(allowed, request.address);
}
