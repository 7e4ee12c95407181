import { type AccessTable, METHODS, type Method, type RowAccess } from '../contract/access.ts';
import type { Deployment } from '../contract/deployment.ts';
import { DECISION_ERRORS, type DecisionErrorCode } from '../contract/errors.ts';
import type { Profile } from '../contract/profile.ts';
import { coversScope, ROLE_SCOPES, type Scope } from '../contract/scopes.ts';
import { type AddressBlock, allowsAddress } from '../kernel/address.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { readCredential } from '../kernel/credential.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import { hashKey, importedLocator, parseKey, sameHash } from '../keys/key-format.ts';
import type { KeyRecord, Use } from '../keys/key-record.ts';
import { type Allowance, allowanceAfter } from '../plans/allowance.ts';
import { keyRequestsPerMinute, limitsOf } from '../plans/tiers.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ControlFacts } from '../signing/control-facts.ts';
import type { KeyTokenClaims, TokenVerifier } from '../signing/tokens.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import { namedWorkspaces } from '../tenancy/workspace-choice.ts';
import { upstreamScope } from '../upstream/path-scopes.ts';
import type { Guesses } from './guesses.ts';

/** What the authorizer answers for one request. Only `allowed` carries an identity. */
export type Decision =
  | { readonly outcome: 'refused'; readonly code: DecisionErrorCode }
  | {
      readonly outcome: 'forbidden';
      readonly code: DecisionErrorCode;
      readonly message: string;
      /** As in `allowed`. */
      readonly allowance: Allowance | null;
    }
  /** The caller is proven, and picked no workspace of theirs: API Gateway has no such answer, the function behind has. */
  | {
      readonly outcome: 'misdirected';
      readonly code: 'malformed_request' | 'not_found';
      readonly tenant: TenantFacts | null;
      readonly allowance: Allowance | null;
    }
  | { readonly outcome: 'limited'; readonly allowance: Allowance }
  | {
      readonly outcome: 'allowed';
      readonly caller: Caller;
      /** Null for an anonymous caller, who has no record that could count. */
      readonly allowance: Allowance | null;
      readonly tenant: TenantFacts | null;
    };

export interface DecisionRequest {
  readonly method: string;
  /** The resource's path as the API declares it: the row is looked up by it, never matched again. */
  readonly resource: string;
  /** The path as it was called, without the stage. */
  readonly path: string;
  readonly headers: HeaderValues;
  readonly address: string;
}

/** What a decision needs of the store. All of it throws when the store cannot answer: the decision then fails closed. */
export interface DecisionStore {
  /** Authenticates, checks state, expiry and the allow-list, and counts: one write. Who is elsewhere is not counted. */
  useKey(locator: string, hash: Uint8Array, address: string, now: number): Promise<Use<KeyRecord>>;
  useSession(sessionId: string, address: string, now: number): Promise<Use<SessionRecord>>;
  /** No older than {@link FACTS_SECONDS}; undefined when there is no such tenant. */
  tenant(tenantId: string, now: number): Promise<TenantFacts | undefined>;
  /** Alike. `tenantId` is whose facts will be needed next, where that is known. */
  control(now: number, tenantId?: string): Promise<ControlFacts>;
}

export interface DecisionContext {
  readonly profile: Profile;
  readonly deployment: Deployment;
  readonly access: AccessTable;
  readonly store: DecisionStore;
  readonly tokens: TokenVerifier;
  /** What this instance remembers of keys that nobody has. */
  readonly guesses: Guesses;
  readonly clock: Clock;
}

/** Characters of a key that another system made: shorter ones can be guessed, longer ones are none. */
export const MIN_IMPORTED_LENGTH = 20;
const MAX_IMPORTED_LENGTH = 512;

/** Who was proven to call, and what is still to be checked. */
interface Proof {
  readonly caller: Caller;
  readonly tenant: TenantFacts | null;
  readonly allowance: Allowance | null;
  readonly allowedBlocks: readonly AddressBlock[];
}

/** A check after the proof: what speaks against the request, if anything does. */
type Check = (
  proof: Proof,
  request: DecisionRequest,
  access: RowAccess,
  context: DecisionContext,
) => Decision | undefined;

/** In the order in which they run: who may not come from here learns nothing more. */
const CHECKS: readonly Check[] = [checkAddress, checkCallerKind, checkScope, checkAllowance, checkWorkspace];

/** Decides one request. Throws only when the store or a secret cannot be read: there is no decision then. */
export async function decide(request: DecisionRequest, context: DecisionContext): Promise<Decision> {
  const access = rowAccess(request, context.access);
  if (access === undefined) return refused('invalid_credential');
  const proof = await prove(request, context);
  if ('outcome' in proof) return proof;
  for (const check of CHECKS) {
    const objection = check(proof, request, access, context);
    if (objection !== undefined) return objection;
  }
  const caller = inPickedWorkspace(proof.caller, request.headers);
  return { outcome: 'allowed', caller, allowance: proof.allowance, tenant: proof.tenant };
}

/** The row as the API declares it; undefined for a resource or method that no row names. */
function rowAccess({ resource, method }: DecisionRequest, table: AccessTable): RowAccess | undefined {
  if (!isMethod(method)) return undefined;
  const row = Object.hasOwn(table, resource) ? table[resource] : undefined;
  return row?.[method] ?? row?.ANY;
}

function isMethod(method: string): method is Method {
  return METHODS.some((known) => known === method);
}

async function prove(request: DecisionRequest, context: DecisionContext): Promise<Proof | Decision> {
  const credential = readCredential(request.headers, context.profile.credentials);
  switch (credential.kind) {
    case 'none':
      return context.deployment.anonymous ? ANONYMOUS : refused('missing_credential');
    case 'malformed':
      return refused('invalid_credential');
    case 'token':
      return proveToken(credential.token, request, context);
    case 'key':
      return proveKey(credential.key, request, context);
  }
}

const ANONYMOUS: Proof = {
  caller: {
    kind: 'anonymous',
    tenantId: 'anonymous',
    workspaceId: 'anonymous',
    scopes: ROLE_SCOPES.viewer,
    environment: 'test',
  },
  tenant: null,
  allowance: null,
  allowedBlocks: [],
};

async function proveKey(
  key: string,
  request: DecisionRequest,
  context: DecisionContext,
): Promise<Proof | Decision> {
  const hash = hashKey(key);
  const locator = await locatorOf(key, hash, context.clock(), context);
  if (locator === undefined) return refused('invalid_credential');
  return proveKeyRecord(locator, hash, request, context);
}

/** A token of a key is the key, with no more scopes than both have: the same write decides, and counts. */
async function proveKeyToken(
  { locator, keyHash, keyId, tenantId, scopes }: KeyTokenClaims,
  request: DecisionRequest,
  context: DecisionContext,
): Promise<Proof | Decision> {
  const proof = await proveKeyRecord(locator, keyHash, request, context);
  if ('outcome' in proof) return proof;
  const { caller } = proof;
  // A proven token can name no other's key; were it to, nothing of that key may be used.
  if (caller.kind !== 'key' || caller.keyId !== keyId || caller.tenantId !== tenantId)
    return refused('invalid_credential');
  const { scopeInclusion } = context.profile;
  const both = scopes.filter((scope) => coversScope(caller.scopes, scope, scopeInclusion));
  return { ...proof, caller: { ...caller, scopes: both } };
}

async function proveKeyRecord(
  locator: string,
  hash: Uint8Array,
  request: DecisionRequest,
  { store, deployment, guesses, clock }: DecisionContext,
): Promise<Proof | Decision> {
  const now = clock();
  const { address } = request;
  const suspicion = guesses.suspicion(address, locator, hash, now);
  if (suspicion === 'known to be unknown') return refused('invalid_credential');
  if (suspicion === 'guessing') return refused('too_many_attempts');
  const { passed, record, window, count } = await store.useKey(locator, hash, address, now);
  const slot = record?.slots.find((candidate) => sameHash(candidate.hash, hash));
  // Only who proved the secret is told why the key is dead.
  if (record === undefined || slot === undefined) {
    guesses.wrong(address, hash, now);
    return refused('invalid_credential');
  }
  guesses.right(address, locator);
  if (record.state === 'revoked') return refused('revoked_credential');
  if (record.state === 'disabled') return refused('disabled_credential');
  if (slot.expiresAt <= now) return refused('expired_credential');
  if (!passed && !isElsewhere(record.allowedBlocks, request)) throw unexplained();
  const tenant = await store.tenant(record.caller.tenantId, now);
  return (
    refuseTenant(tenant, record.caller.workspaceId, now) ?? {
      caller: { kind: 'key', ...record.caller },
      tenant: tenant ?? null,
      allowance: allowanceAfter(
        keyRequestsPerMinute(record.caller.environment, tenant?.tier, deployment),
        count,
        window,
      ),
      allowedBlocks: record.allowedBlocks,
    }
  );
}

/**
 * Where a key's record is. What has not our form is looked up by its hash, but only where keys of another system have
 * been imported, and only if it is as long as such keys are: elsewhere garbage costs no write.
 */
async function locatorOf(
  key: string,
  hash: Uint8Array,
  now: number,
  { profile, store }: DecisionContext,
): Promise<string | undefined> {
  const parsed = parseKey(profile.keys, key);
  if (parsed !== undefined) return parsed.locator;
  if (key.length < MIN_IMPORTED_LENGTH || key.length > MAX_IMPORTED_LENGTH) return undefined;
  return (await store.control(now)).importedKeys ? importedLocator(hash) : undefined;
}

async function proveToken(
  token: string,
  request: DecisionRequest,
  context: DecisionContext,
): Promise<Proof | Decision> {
  const { store, tokens, deployment, clock } = context;
  const now = clock();
  const control = await store.control(now, tokens.provenTenant(token));
  const verdict = await tokens.verify(token, control, now);
  if (verdict.kind === 'invalid') return refused('invalid_credential');
  if (verdict.kind === 'expired') return refused('expired_credential');
  const { claims } = verdict;
  if ('keyId' in claims) return proveKeyToken(claims, request, context);
  const { passed, record, window, count } = await store.useSession(claims.sessionId, request.address, now);
  if (record === undefined) return refused('ended_session');
  // A proven token can name no other's session; were it to, nothing of that session may be used.
  if (record.caller.userId !== claims.userId || record.caller.tenantId !== claims.tenantId) {
    return refused('invalid_credential');
  }
  if (record.state === 'ended') return refused('ended_session');
  if (record.expiresAt <= now) return refused('expired_credential');
  if (!passed) throw unexplained();
  const tenant = await store.tenant(record.caller.tenantId, now);
  // One of the tenant when it was signed; it may have been deleted since.
  const { workspaceId = record.caller.workspaceId } = claims;
  if (claims.workspaceId !== undefined && tenant?.workspaces.has(claims.workspaceId) === false)
    return refused('ended_session');
  return (
    refuseTenant(tenant, workspaceId, now) ?? {
      caller: {
        kind: 'user',
        scopes: ROLE_SCOPES[record.caller.role],
        environment: 'live',
        ...record.caller,
        workspaceId,
      },
      tenant: tenant ?? null,
      allowance: allowanceAfter(limitsOf(tenant?.tier, deployment).sessionRequestsPerMinute, count, window),
      allowedBlocks: [],
    }
  );
}

function unexplained(): Error {
  return new Error('The write was refused for no reason that its record shows.');
}

function refuseTenant(
  tenant: TenantFacts | undefined,
  workspaceId: string,
  now: number,
): Decision | undefined {
  if (tenant === undefined) return refused('invalid_credential');
  if (tenant.state !== 'active' || tenant.suspendedWorkspaces.has(workspaceId))
    return refused('suspended_tenant');
  if (tenant.heldUntil !== undefined && tenant.heldUntil <= now) return refused('expired_credential');
  return undefined;
}

function checkAddress(proof: Proof, request: DecisionRequest): Decision | undefined {
  return isElsewhere(proof.allowedBlocks, request) ? forbidden(proof, 'address_not_allowed') : undefined;
}

/** Whether an allow-list lacks the address; an empty one is for anywhere. */
function isElsewhere(allowed: readonly AddressBlock[], { address }: DecisionRequest): boolean {
  return allowed.length > 0 && !allowsAddress(allowed, address);
}

function checkCallerKind(proof: Proof, _request: DecisionRequest, access: RowAccess): Decision | undefined {
  const required = access === 'upstream' ? undefined : access.callers;
  if (required === undefined || proof.caller.kind === required) return undefined;
  return forbidden(proof, required === 'user' ? 'user_required' : 'key_required');
}

function checkScope(
  proof: Proof,
  request: DecisionRequest,
  access: RowAccess,
  { profile, deployment }: DecisionContext,
): Decision | undefined {
  const required = requiredScope(request, access, profile, deployment);
  if (required === null || coversScope(proof.caller.scopes, required, profile.scopeInclusion))
    return undefined;
  return forbidden(proof, 'insufficient_scope', `Insufficient scope. Required: ${required}`);
}

function requiredScope(
  { method, path }: DecisionRequest,
  access: RowAccess,
  profile: Profile,
  deployment: Deployment,
): Scope | null {
  return access === 'upstream'
    ? upstreamScope(method as Method, path, deployment.pathScopes, profile.methodScopes)
    : (access.scope ?? null);
}

function checkAllowance({ allowance }: Proof): Decision | undefined {
  return allowance?.exceeded ? { outcome: 'limited', allowance } : undefined;
}

/** A person works in any workspace of their tenant, a key in its own. One that is being deleted is gone. */
function checkWorkspace(
  { caller, tenant, allowance }: Proof,
  { headers }: DecisionRequest,
): Decision | undefined {
  const [picked, ...more] = namedWorkspaces(headers);
  if (picked === undefined) return undefined;
  if (more.length > 0) return { outcome: 'misdirected', code: 'malformed_request', tenant, allowance };
  const isOwn =
    caller.kind === 'user'
      ? (tenant?.workspaces.has(picked) ?? false) && !tenant?.suspendedWorkspaces.has(picked)
      : picked === caller.workspaceId;
  return isOwn ? undefined : { outcome: 'misdirected', code: 'not_found', tenant, allowance };
}

/** After {@link checkWorkspace}. */
function inPickedWorkspace(caller: Caller, headers: HeaderValues): Caller {
  const [picked] = namedWorkspaces(headers);
  return picked === undefined ? caller : { ...caller, workspaceId: picked };
}

function refused(code: DecisionErrorCode): Decision {
  return { outcome: 'refused', code };
}

function forbidden(
  { allowance }: Proof,
  code: DecisionErrorCode,
  message: string = DECISION_ERRORS[code].message,
): Decision {
  return { outcome: 'forbidden', code, message, allowance };
}
