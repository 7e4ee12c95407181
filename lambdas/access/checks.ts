import type { DecisionErrorCode } from '../contract/errors.ts';
import { firstUncovered, type Scope } from '../contract/scopes.ts';
import { staysInWorkspace } from '../kernel/caller.ts';
import { headerValues } from '../kernel/headers.ts';
import { isWorkspaceOpen } from '../tenancy/tenant-facts.ts';
import {
  type Asked,
  type Claim,
  type Claimed,
  type CredentialRecord,
  callersOf,
  isElsewhere,
  type Proven,
  requiredScopes,
  type Used,
} from './prove.ts';

/** A condition on a request, and the answer where it does not hold. */
export type Check<Evidence, Code = DecisionErrorCode> = readonly [
  holds: (evidence: Evidence) => boolean,
  otherwise: Code,
];

/** Of a workspace that the caller picked: the only objections that the function behind answers, not API Gateway. */
export type MisdirectionCode = 'malformed_request' | 'not_found';

/**
 * The whole decision: every check in the order in which it runs, for keys, key tokens and sessions alike. The first that
 * does not hold gives the answer. Only who has proven the secret is told more than that the credential is invalid, and
 * only who may call from here is told what the row asks for.
 */
export const CHECKS: {
  readonly asked: readonly Check<Asked>[];
  readonly claimed: readonly Check<Claimed>[];
  readonly used: readonly Check<Used>[];
  readonly proven: readonly Check<Proven, DecisionErrorCode | MisdirectionCode>[];
} = {
  /** Before the credential is read. */
  asked: [[isKnownRow, 'invalid_credential']],
  /** Before its record is looked up. */
  claimed: [
    [isNotClaimed('none'), 'missing_credential'],
    [isNotClaimed('invalid'), 'invalid_credential'],
    [isNotClaimed('expired'), 'expired_credential'],
    [isForThisResource, 'invalid_credential'],
    [isNotKnownWrong, 'invalid_credential'],
  ],
  /** When the one write has used the record. */
  used: [
    [isOpenedSession, 'ended_session'],
    [isKnownRecord, 'invalid_credential'],
    [isProvenSecret, 'invalid_credential'],
    [isRecordOfToken, 'invalid_credential'],
    [isNot('revoked'), 'revoked_credential'],
    [isNot('disabled'), 'disabled_credential'],
    [isNot('ended'), 'ended_session'],
    [isNotExpired, 'expired_credential'],
  ],
  /** With the facts of the tenant. */
  proven: [
    [isKnownTenant, 'invalid_credential'],
    [isWorkspaceOfSessionThere, 'ended_session'],
    [isTenantActive, 'suspended_tenant'],
    [isWorkspaceActive, 'suspended_tenant'],
    [isTenantInForce, 'expired_credential'],
    [isOriginAllowed, 'origin_not_allowed'],
    [isAddressAllowed, 'address_not_allowed'],
    [isPersonIfAsked, 'user_required'],
    [isKeyIfAsked, 'key_required'],
    [isScopeGranted, 'insufficient_scope'],
    [isAllowanceLeft, 'rate_limited'],
    [isWorkspacePickedOnce, 'malformed_request'],
    [isPickedWorkspaceTheirs, 'not_found'],
  ],
};

function isKnownRow({ access }: Asked): boolean {
  return access !== undefined;
}

function isNotClaimed(kind: Claim['kind']) {
  return ({ claim }: Claimed): boolean => claim.kind !== kind;
}

/** A token for a path of the upstream is good there and below, segment by segment, and at no row of ours (RFC 8707). */
function isForThisResource({ claim, access, request }: Claimed): boolean {
  const resource = 'token' in claim ? claim.token?.resource : undefined;
  return resource === undefined || (access === 'upstream' && `${request.path}/`.startsWith(`${resource}/`));
}

function isNotKnownWrong({ isKnownWrong }: Claimed): boolean {
  return !isKnownWrong;
}

/** A session's token has proven that there was one. */
function isOpenedSession({ record, claim }: Used): boolean {
  return record !== undefined || claim.kind !== 'session';
}

function isKnownRecord({ record }: Used): boolean {
  return record !== undefined;
}

function isProvenSecret({ record }: Used): boolean {
  return record?.isProven === true;
}

/** A proven token can name no other's record; were it to, nothing of that record may be used. */
function isRecordOfToken({ record, claim }: Used): boolean {
  const token = 'token' in claim ? claim.token : undefined;
  const caller = record?.caller;
  if (token === undefined) return true;
  if (caller?.tenantId !== token.tenantId) return false;
  return 'keyId' in token
    ? caller.kind === 'key' && caller.keyId === token.keyId
    : caller.kind === 'user' && caller.userId === token.userId;
}

function isNot(state: CredentialRecord['state']) {
  return ({ record }: Used): boolean => record?.state !== state;
}

function isNotExpired({ record, now }: Used): boolean {
  return record !== undefined && record.expiresAt > now;
}

function isKnownTenant({ tenant }: Proven): boolean {
  return tenant !== undefined;
}

/** One of the tenant when the session was opened or the token signed; it may have been deleted since. */
function isWorkspaceOfSessionThere({ claim, caller, tenant }: Proven): boolean {
  return claim.kind !== 'session' || tenant?.workspaces.has(caller.workspaceId) === true;
}

function isTenantActive({ tenant }: Proven): boolean {
  return tenant === null || tenant?.state === 'active';
}

function isWorkspaceActive({ tenant, caller }: Proven): boolean {
  return !tenant?.suspendedWorkspaces.has(caller.workspaceId);
}

/** A tenant is held for whoever proves to be there, and ends where nobody does. */
function isTenantInForce({ tenant, now }: Proven): boolean {
  return tenant?.heldUntil === undefined || tenant.heldUntil > now;
}

/** A page that acts by an embed token is one of the tenant's; what sends no `Origin` is no page (Fetch standard, 3.2). */
function isOriginAllowed({ caller, tenant, request }: Proven): boolean {
  if (caller.embed === undefined) return true;
  const [origin = '', ...more] = headerValues(request.headers, 'origin');
  return more.length === 0 && tenant?.embedOrigins?.has(origin) === true;
}

function isAddressAllowed(proven: Proven): boolean {
  return !isElsewhere(proven);
}

/** What is a person's own, and takes no scope, is not a client's that acts for them: it could end their other sessions. */
function isPersonIfAsked(proven: Proven): boolean {
  const { caller } = proven;
  if (callersOf(proven) !== 'user') return true;
  return caller.kind === 'user' && (caller.clientId === undefined || requiredScopes(proven).length > 0);
}

function isKeyIfAsked(proven: Proven): boolean {
  return callersOf(proven) !== 'key' || proven.caller.kind === 'key';
}

function isScopeGranted(proven: Proven): boolean {
  return missingScope(proven) === undefined;
}

/** The first scope that the row asks for and the caller has not; of an embed token, that its maker has not (any more). */
export function missingScope(proven: Proven): Scope | undefined {
  const { caller, record, context } = proven;
  return firstUncovered(
    record?.makersScopes ?? caller.scopes,
    requiredScopes(proven),
    context.deployment.rights.inclusion,
  );
}

function isAllowanceLeft({ allowance }: Proven): boolean {
  return !allowance?.exceeded;
}

function isWorkspacePickedOnce({ picked }: Proven): boolean {
  return picked.length <= 1;
}

/** A person works in any workspace of their tenant, a key in its own. One that is being deleted is gone. */
function isPickedWorkspaceTheirs({ caller, tenant, picked: [workspaceId] }: Proven): boolean {
  if (workspaceId === undefined) return true;
  if (staysInWorkspace(caller)) return workspaceId === caller.workspaceId;
  return tenant != null && isWorkspaceOpen(tenant, workspaceId);
}
