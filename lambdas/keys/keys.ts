import { randomUUIDv7 } from 'node:crypto';
import { type ChangeOrigin, originOf, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { KeyFormat } from '../contract/key-format.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { coversScope, declaredScopes, type Environment, type Scope } from '../contract/scopes.ts';
import { type AddressBlock, contains } from '../kernel/address.ts';
import { type Caller, type KeyCaller, principalOf } from '../kernel/caller.ts';
import { type Clock, NEVER } from '../kernel/clock.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { requireHeld, requireScopes } from '../kernel/rights.ts';
import { limitsOf } from '../plans/tiers.ts';
import type { KeyDefaults } from '../tenancy/key-defaults.ts';
import { requireWorkspace, type WorkspaceIndex } from '../tenancy/workspace-choice.ts';
import type { WorkspaceContext } from '../tenancy/workspaces.ts';
import { environmentsOf, hashKey, isImported, mainEnvironment, newKey, newLocator } from './key-format.ts';

/** Seconds for which a dead key is remembered, so that its owner is told why it stopped. */
export const RETENTION_SECONDS = 30 * 86_400;

/** The longest time for which a rotated key goes on working. */
export const MAX_GRACE_SECONDS = 30 * 86_400;

/** Seconds between two rotations of a key: twenty at once, or a repeated request, make one. */
export const ROTATION_PAUSE_SECONDS = 10;

/** The form of a key's id. What has another is nobody's, and might be more than the store takes as a key. */
export const KEY_ID = /^key_\w{1,64}$/;

/** What a key is and may. Times are Unix seconds, {@link NEVER} for none. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly locator: string;
  readonly name: string;
  readonly environment: Environment;
  readonly scopes: readonly Scope[];
  readonly state: 'active' | 'disabled' | 'revoked';
  readonly revokedAt: number | null;
  readonly expiresAt: number;
  /** For how long a key of this record is valid from its creation or rotation; null for ever. */
  readonly lifetimeSeconds: number | null;
  readonly allowedBlocks: readonly AddressBlock[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastUse: { readonly at: number; readonly address: string } | null;
  readonly requests: number;
  /** Set while the key before the last rotation still works: until when. */
  readonly previousExpiresAt: number | null;
}

/** A new key's record: all of it but the key. */
export interface KeyIssue {
  readonly key: ApiKey;
  readonly hash: Uint8Array;
}

type NewKey = Pick<
  ApiKey,
  | 'tenantId'
  | 'workspaceId'
  | 'name'
  | 'environment'
  | 'scopes'
  | 'lifetimeSeconds'
  | 'allowedBlocks'
  | 'metadata'
  | 'createdBy'
>;

/** Makes a key and its record. */
export function issueKey(
  wanted: NewKey,
  format: KeyFormat,
  now: number,
): { readonly issue: KeyIssue; readonly key: string } {
  const locator = newLocator();
  const key = newKey(format, wanted.environment, locator);
  return {
    key,
    issue: {
      hash: hashKey(key),
      key: {
        ...wanted,
        id: `key_${randomUUIDv7().replaceAll('-', '')}`,
        locator,
        state: 'active',
        revokedAt: null,
        expiresAt: expiryOf(wanted.lifetimeSeconds, now),
        createdAt: now,
        lastUse: null,
        requests: 0,
        previousExpiresAt: null,
      },
    },
  };
}

/** What a change of a key's rights writes; absent fields stay. */
export interface KeyChange {
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly scopes?: readonly Scope[];
  readonly allowedBlocks?: readonly AddressBlock[];
  readonly state?: 'active' | 'disabled';
  readonly lifetimeSeconds?: number | null;
  readonly expiresAt?: number;
}

export interface KeyRotation {
  /** What the key's hash must still be: of rotations at once, one finds it. */
  readonly replaces: Uint8Array;
  readonly hash: Uint8Array;
  readonly expiresAt: number;
  /** Until when the present key goes on working; null leaves the older key, whose grace runs, as it is. */
  readonly previousExpiresAt: number | null;
}

export interface KeyStore extends WorkspaceIndex {
  /** Throws `limit_reached` when the tenant has `maxKeys` of the key's environment, and `not_found` when the workspace does not exist. */
  create(issue: KeyIssue, maxKeys: number, origin: ChangeOrigin): Promise<void>;
  find(tenantId: string, id: string): Promise<ApiKey | undefined>;
  /**
   * At most `limit` keys after the id `after`, oldest first; of one workspace when it is given. It reads a bounded
   * number of rows, so it may give fewer keys, even none, while `next` says that there may be more.
   */
  page(tenantId: string, limit: number, after?: string, workspaceId?: string): Promise<KeyPage>;
  /** False when the key was revoked meanwhile, or rotated so that its older key would outlast the new expiry. */
  change(key: ApiKey, change: KeyChange, origin: ChangeOrigin, now: number): Promise<boolean>;
  /** From the moment this has answered, the key is refused. Repeating it changes nothing. */
  revoke(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void>;
  /** The hash in the present slot; undefined when the record is gone. */
  presentHash(key: ApiKey): Promise<Uint8Array | undefined>;
  /** False when the key was rotated, revoked or disabled meanwhile. */
  rotate(key: ApiKey, rotation: KeyRotation, origin: ChangeOrigin, now: number): Promise<boolean>;
  tier(tenantId: string): Promise<string | undefined>;
  /** What new keys of the tenant have where nothing else is asked for. */
  defaults(tenantId: string): Promise<KeyDefaults>;
  /**
   * The keys of a selection that are not revoked, some at a time; also none, so that its reader may stop between any
   * two queries. Reading it anew passes those that were revoked at a thousand a query.
   */
  unrevoked(tenantId: string, selection: KeySelection): AsyncIterable<readonly ApiKey[]>;
  /** Revokes keys of one tenant as `revoke` does each. */
  revokeAll(keys: readonly ApiKey[], origin: ChangeOrigin, now: number): Promise<void>;
}

/** Which keys a bulk revocation means; at least one field narrows. */
export interface KeySelection {
  readonly workspaceId?: string;
  readonly createdBy?: string;
  /** Unix seconds, exclusive. */
  readonly createdBefore?: number;
}

export interface KeyPage {
  readonly keys: readonly ApiKey[];
  /** The id after which the next page begins; null on the last. */
  readonly next: string | null;
}

export interface KeyContext {
  readonly profile: Profile;
  readonly deployment: Deployment;
  readonly keys: KeyStore;
  readonly clock: Clock;
}

/** What a caller asks of a new key; absent fields take the profile's defaults. */
export interface KeyRequest {
  readonly name: string;
  readonly workspaceId?: string;
  readonly environment?: Environment;
  readonly scopes?: readonly Scope[];
  readonly expiry?: ExpiryRequest;
  readonly allowedBlocks?: readonly AddressBlock[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An expiry as it was asked for; `field` is the name that an error must say. */
export interface ExpiryRequest {
  readonly field: string;
  /** Unix seconds; null for never. */
  readonly at: number | null;
}

/** Creates a key with no more than the caller has. Throws `exceeds_own_rights`, `invalid_field`, `limit_reached`. */
export async function createKey(
  request: KeyRequest,
  caller: Caller,
  from: RequestOrigin,
  { profile, deployment, keys, clock }: KeyContext,
): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
  const now = clock();
  const owned = await callerKey(caller, keys);
  const defaults = await keys.defaults(caller.tenantId);
  const environment =
    request.environment ?? (caller.kind === 'key' ? caller.environment : mainEnvironment(profile.keys));
  if (!environmentsOf(profile.keys).includes(environment)) {
    throw invalidField('environment', `must be one of ${environmentsOf(profile.keys).join(', ')}`);
  }
  await requireWorkspace(request.workspaceId, caller, keys);
  const wanted: NewKey = {
    tenantId: caller.tenantId,
    workspaceId: request.workspaceId ?? caller.workspaceId,
    name: request.name,
    environment,
    scopes: request.scopes ?? requireSome(defaultScopes(caller, deployment.rights, defaults.scopes)),
    lifetimeSeconds: lifetimeOf(request.expiry, owned, profile, now, defaults),
    allowedBlocks:
      request.allowedBlocks ??
      (owned?.allowedBlocks.length ? owned.allowedBlocks : (defaults.allowedBlocks ?? [])),
    metadata: request.metadata ?? {},
    createdBy: principalOf(caller),
  };
  requireScopes(wanted.scopes, deployment.rights);
  requireWithin(wanted, caller, owned, deployment.rights);
  requireExpiryWithin(expiryOf(wanted.lifetimeSeconds, now), owned);
  const { issue, key } = issueKey(wanted, profile.keys, now);
  const { keys: maxKeys } = limitsOf(await keys.tier(caller.tenantId), deployment);
  await keys.create(issue, maxKeys, originOf(caller, from));
  return { apiKey: issue.key, key };
}

/** A key of the caller's tenant, and of its workspace when the caller is a key. Throws `not_found` for any other. */
export async function findKey(
  id: string,
  caller: Caller,
  { keys }: Pick<KeyContext, 'keys'>,
): Promise<ApiKey> {
  const found = KEY_ID.test(id) ? await keys.find(caller.tenantId, id) : undefined;
  if (found === undefined || (caller.kind === 'key' && found.workspaceId !== caller.workspaceId)) {
    throw noSuchKey();
  }
  return found;
}

function noSuchKey(): Problem {
  return new Problem('not_found', { message: 'There is no API key with this id.' });
}

/** A page of the keys that the caller may see, of one workspace when it is named. Throws `not_found` for a foreign one. */
export async function listKeys(
  caller: Caller,
  limit: number,
  after: string | undefined,
  workspaceId: string | undefined,
  { keys }: Pick<KeyContext, 'keys'>,
): Promise<KeyPage> {
  await requireWorkspace(workspaceId, caller, keys);
  const only = caller.kind === 'key' ? caller.workspaceId : workspaceId;
  return keys.page(caller.tenantId, limit, after, only);
}

/** Keys are stored as hashes, so none can be shown again. Throws `not_found`, and `gone` for every key that there is. */
export async function revealKey(
  id: string,
  workspaceId: string | undefined,
  caller: Caller,
  context: Pick<KeyContext, 'keys'>,
): Promise<never> {
  await requireWorkspace(workspaceId, caller, context.keys);
  const found = await findKey(id, caller, context);
  if (workspaceId !== undefined && found.workspaceId !== workspaceId) throw noSuchKey();
  requireAlive(found);
  throw new Problem('gone', {
    message:
      'The key was shown when it was created and is stored as a hash only. Rotate it to get a new one.',
  });
}

/** What a caller asks to change; absent fields stay. */
export interface KeyChangeRequest {
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly scopes?: readonly Scope[];
  readonly allowedBlocks?: readonly AddressBlock[];
  readonly enabled?: boolean;
  readonly expiry?: ExpiryRequest;
}

/** Changes a key. Throws `not_found`, `gone` for a revoked key, `exceeds_own_rights`, `conflicting_state`. */
export async function updateKey(
  id: string,
  request: KeyChangeRequest,
  caller: Caller,
  from: RequestOrigin,
  context: KeyContext,
): Promise<ApiKey> {
  const { profile, keys, clock } = context;
  const { rights } = context.deployment;
  const now = clock();
  const before = await findKey(id, caller, context);
  requireAlive(before);
  const owned = await callerKey(caller, keys);
  requireWithin(before, caller, owned, rights);
  const { enabled, expiry, ...plain } = request;
  if (expiry !== undefined && before.expiresAt <= now) {
    throw new Problem('conflicting_state', { message: 'The API key has expired. Rotate it instead.' });
  }
  if (request.scopes !== undefined) requireScopes(request.scopes, rights);
  const lifetimeSeconds = expiry === undefined ? undefined : lifetimeOf(expiry, owned, profile, now);
  const change: KeyChange = {
    ...plain,
    ...(enabled === undefined ? {} : { state: enabled ? 'active' : 'disabled' }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds, expiresAt: expiryOf(lifetimeSeconds, now) }),
  };
  const after = { ...before, ...change };
  requireWithin(after, caller, owned, rights);
  if (change.expiresAt !== undefined) requireExpiryWithin(change.expiresAt, owned);
  if (!(await keys.change(before, change, originOf(caller, from), now))) {
    // Revoked, or rotated between our read and our write.
    requireAlive(await findKey(id, caller, context));
    throw new Problem('conflicting_state', { message: 'The API key was changed meanwhile. Try again.' });
  }
  return after;
}

/**
 * Revokes a key at once and for ever; a key may always revoke itself. Throws `not_found`, `exceeds_own_rights`;
 * revoking it again is no error.
 */
export async function revokeKey(
  id: string,
  caller: Caller,
  from: RequestOrigin,
  context: KeyContext,
): Promise<ApiKey> {
  const found = await findKey(id, caller, context);
  const owned = await callerKey(caller, context.keys);
  if (owned?.id !== found.id) requireWithin(found, caller, owned, context.deployment.rights);
  await context.keys.revoke(found, originOf(caller, from), context.clock());
  return { ...found, state: 'revoked', revokedAt: found.revokedAt ?? context.clock() };
}

/** How a rotation treats the keys that there are. */
export interface RotationRequest {
  /** Seconds for which the present key works on; 0 ends it, and any older one, at once. */
  readonly graceSeconds: number;
  /** Replaces only the newest key, whose answer was lost; the one before it keeps its running grace. */
  readonly keepPrevious: boolean;
}

/**
 * Puts a new key in the place of the present one. Id, rights and allowance stay.
 * Throws `not_found`, `gone`, `exceeds_own_rights`, `conflicting_state`.
 */
export async function rotateKey(
  id: string,
  request: RotationRequest,
  caller: Caller,
  from: RequestOrigin,
  context: KeyContext,
): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
  const { profile, keys, clock } = context;
  const now = clock();
  const before = await findKey(id, caller, context);
  requireAlive(before);
  if (isImported(before.locator)) {
    throw new Problem('conflicting_state', {
      message: 'An imported key keeps its form and cannot be rotated. Create a key in its place.',
    });
  }
  if (before.state === 'disabled') {
    throw new Problem('conflicting_state', {
      message: 'The API key is disabled. Enable it before you rotate it.',
    });
  }
  const owned = await callerKey(caller, keys);
  // The answer holds a working secret, so the caller must have all that it opens.
  requireWithin(before, caller, owned, context.deployment.rights);
  const callersEnd = owned === undefined || owned.id === before.id ? NEVER : owned.expiresAt;
  const expiresAt = Math.min(expiryOf(before.lifetimeSeconds, now), callersEnd);
  const previousExpiresAt = previousExpiry(before, expiresAt, request, now);
  const replaces = await keys.presentHash(before);
  if (replaces === undefined) throw goneKey();
  const key = newKey(profile.keys, before.environment, before.locator);
  const rotation = { replaces, hash: hashKey(key), expiresAt, previousExpiresAt };
  if (!(await keys.rotate(before, rotation, originOf(caller, from), now))) {
    throw new Problem('conflicting_state', {
      message: `The API key was changed or rotated in the last ${ROTATION_PAUSE_SECONDS} seconds.`,
    });
  }
  const end = previousExpiresAt ?? before.previousExpiresAt;
  return {
    apiKey: { ...before, expiresAt, previousExpiresAt: end !== null && end > now ? end : null },
    key,
  };
}

/** Two keys of a record can work at once, so a grace is given only when none is running. */
function previousExpiry(
  { expiresAt, previousExpiresAt }: ApiKey,
  newExpiresAt: number,
  { graceSeconds, keepPrevious }: RotationRequest,
  now: number,
): number | null {
  const graceRuns = previousExpiresAt !== null && previousExpiresAt > now;
  if (keepPrevious) {
    if (graceRuns) return null;
    throw new Problem('conflicting_state', {
      message: 'No grace is running, so there is no previous key to keep.',
    });
  }
  if (graceRuns && graceSeconds > 0) {
    throw new Problem('conflicting_state', {
      message:
        'The grace of the last rotation is running. Wait for its end; or replace the newest key with ' +
        'keep_previous, or all keys with grace_seconds 0.',
    });
  }
  return Math.min(expiresAt, newExpiresAt, now + graceSeconds);
}

/**
 * Revokes every key of a selection, while `hasTimeLeft`: what is left is revoked by calling it again.
 * A caller that is a key reaches its own workspace only.
 */
export async function revokeKeys(
  selection: KeySelection,
  tenantId: string,
  origin: ChangeOrigin,
  hasTimeLeft: () => boolean,
  { keys, clock }: Pick<KeyContext, 'keys' | 'clock'>,
): Promise<{ readonly revoked: number; readonly complete: boolean }> {
  let revoked = 0;
  for await (const some of keys.unrevoked(tenantId, selection)) {
    if (!hasTimeLeft()) return { revoked, complete: false };
    await keys.revokeAll(some, origin, clock());
    revoked += some.length;
  }
  return { revoked, complete: true };
}

/** The revocation of a workspace's keys, as the deletion of a workspace needs it. */
export function workspaceRevocation(
  context: Pick<KeyContext, 'keys' | 'clock'>,
): WorkspaceContext['revokeKeys'] {
  return ({ id, tenantId }, origin, hasTimeLeft) =>
    revokeKeys({ workspaceId: id }, tenantId, origin, hasTimeLeft, context);
}

/** What a key is, as people ask for it. */
export function statusOf(key: Pick<ApiKey, 'state' | 'expiresAt'>, now: number): ApiKey['state'] | 'expired' {
  return key.state === 'active' && key.expiresAt <= now ? 'expired' : key.state;
}

function expiryOf(lifetimeSeconds: number | null, now: number): number {
  return lifetimeSeconds === null ? NEVER : now + lifetimeSeconds;
}

/** The record of a caller that is a key: what its own keys may not exceed. */
async function callerKey(caller: Caller, keys: KeyStore): Promise<ApiKey | undefined> {
  if (caller.kind !== 'key') return undefined;
  const own = await keys.find(caller.tenantId, (caller satisfies KeyCaller).keyId);
  if (own === undefined) throw new Problem('invalid_credential');
  return own;
}

/**
 * The scopes of a key that is created without any: the tenant's defaults or the deployment's, as far as the creator has
 * them, and never one that manages.
 */
export function defaultScopes(
  caller: Caller,
  { defaultScopes: ofDeployment, inclusion, managing }: Rights,
  ofTenant: KeyDefaults['scopes'],
): readonly Scope[] {
  return (ofTenant ?? ofDeployment ?? caller.scopes).filter(
    (scope) => coversScope(caller.scopes, scope, inclusion) && !managing.includes(scope),
  );
}

/** A key without a scope opens nothing. Throws `invalid_field`. */
function requireSome(scopes: readonly Scope[]): readonly Scope[] {
  if (scopes.length > 0) return scopes;
  throw invalidField('scopes', 'must be named: you have none of those that a key has by default');
}

/** Seconds from now until what was asked for; the profile's default, but no later than the caller's own end. */
function lifetimeOf(
  expiry: ExpiryRequest | undefined,
  owned: ApiKey | undefined,
  { keys: { defaultExpiryDays, maxExpiryDays } }: Profile,
  now: number,
  defaults?: KeyDefaults,
): number | null {
  if (expiry === undefined) {
    const days = defaults?.expiresInDays ?? defaultExpiryDays;
    const byDefault = days === null ? NEVER : now + days * 86_400;
    const expiresAt = Math.min(byDefault, owned?.expiresAt ?? NEVER);
    return expiresAt === NEVER ? null : expiresAt - now;
  }
  if (expiry.at === null) {
    if (defaultExpiryDays === null) return null;
    throw invalidField(expiry.field, `must lie at most ${maxExpiryDays} days ahead`);
  }
  if (expiry.at <= now) throw invalidField(expiry.field, 'must lie in the future');
  if (expiry.at > now + maxExpiryDays * 86_400) {
    throw invalidField(expiry.field, `must lie at most ${maxExpiryDays} days ahead`);
  }
  return expiry.at - now;
}

/** Nobody can give a key more than they have: scopes, and for a key its workspace, environment and addresses. */
function requireWithin(
  key: Pick<ApiKey, 'scopes' | 'workspaceId' | 'environment' | 'allowedBlocks'>,
  caller: Caller,
  owned: ApiKey | undefined,
  rights: Pick<Rights, 'inclusion'>,
): void {
  // A scope that the configuration has lost gives nothing: whoever manages keys can still change such a key.
  requireHeld(declaredScopes(key.scopes, rights.inclusion), caller, rights);
  if (owned === undefined) return;
  if (key.workspaceId !== owned.workspaceId)
    throw exceeds('An API key can only create keys of its own workspace.');
  if (owned.environment === 'test' && key.environment !== 'test') {
    throw exceeds('A test key cannot create or change live keys.');
  }
  const bounded = key.allowedBlocks.length > 0;
  const within = key.allowedBlocks.every((block) => owned.allowedBlocks.some((own) => contains(own, block)));
  if (owned.allowedBlocks.length > 0 && !(bounded && within)) {
    throw exceeds('allowed_ips must lie within those of the API key that you use.');
  }
}

function requireExpiryWithin(expiresAt: number, owned: ApiKey | undefined): void {
  if (owned !== undefined && expiresAt > owned.expiresAt) {
    throw exceeds('The key cannot expire later than the API key that you use.');
  }
}

function exceeds(message: string): Problem {
  return new Problem('exceeds_own_rights', { message });
}

function requireAlive(key: ApiKey): void {
  if (key.state === 'revoked') throw goneKey();
}

function goneKey(): Problem {
  return new Problem('gone', { message: 'The API key has been revoked.' });
}
