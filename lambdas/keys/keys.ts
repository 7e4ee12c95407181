import { randomUUIDv7 } from 'node:crypto';
import { type ChangeOrigin, originOf, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { KeyFormat } from '../contract/key-format.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { type Environment, firstUncovered } from '../contract/scopes.ts';
import { type Caller, principalOf, staysInWorkspace } from '../kernel/caller.ts';
import type { Completes } from '../kernel/claim.ts';
import type { Clock } from '../kernel/clock.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import type { AskedOf } from '../kernel/record.ts';
import { requireScopes } from '../kernel/rights.ts';
import { limitsOf } from '../plans/tiers.ts';
import type { KeyDefaults } from '../tenancy/key-defaults.ts';
import { requireWorkspace, type WorkspaceIndex } from '../tenancy/workspace-choice.ts';
import { API_KEY, type ApiKey, KEY_ID, type KeyChange, type NewApiKey } from './api-key.ts';
import {
  callerKey,
  defaultScopes,
  type ExpiryRequest,
  expiryOf,
  latestExpiry,
  lifetimeOf,
  requireExpiryWithin,
  requireSome,
  requireWithin,
} from './bounds.ts';
import { environmentsOf, hashKey, mainEnvironment, newKey, newLocator } from './key-format.ts';
import type { KeyKeeper } from './vault.ts';

/** A new key's record: all of it but the key. */
export interface KeyIssue {
  readonly key: ApiKey;
  readonly hash: Uint8Array;
}

/** A new key: all but the fields that are made with it. */
type NewKey = Omit<NewApiKey, 'id' | 'locator' | 'expiresAt' | 'createdAt'>;

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
        ...API_KEY.initial,
        ...wanted,
        id: `key_${randomUUIDv7().replaceAll('-', '')}`,
        locator,
        expiresAt: expiryOf(wanted.lifetimeSeconds, now),
        createdAt: now,
      },
    },
  };
}

export interface KeyRotation {
  /** The hash that the key must still have: of rotations at once, one finds it. */
  readonly replaces: Uint8Array;
  readonly hash: Uint8Array;
  readonly expiresAt: number;
  /** Until when the present key goes on working; null leaves the older key, whose grace runs, as it is. */
  readonly previousExpiresAt: number | null;
}

export interface KeyStore extends WorkspaceIndex {
  /** Throws `limit_reached` when the tenant has `maxKeys` of the key's environment, and `not_found` when the workspace does not exist. */
  create(issue: KeyIssue, maxKeys: number, origin: ChangeOrigin & Completes<ApiKey>): Promise<void>;
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
  /** What a tenant's tier is, and what its own keys begin with: nothing of a tenant that is not there. */
  tenant(tenantId: string): Promise<{ readonly tier: string | undefined; readonly defaults: KeyDefaults }>;
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

/**
 * Characters of its keys after which a page ends: a function answers with 6 MB at most, a character may take three bytes, and
 * the last of a page's queries reads up to 1 MB more.
 */
export const PAGE_CHARACTERS = 1_000_000;

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
  /** @default - keys are shown once */
  readonly keeper?: KeyKeeper;
}

/** A request for a new key; absent fields take the profile's defaults. */
export type KeyRequest = AskedOf<typeof API_KEY> & {
  readonly name: string;
  readonly workspaceId?: string;
  readonly environment?: Environment;
  readonly expiry?: ExpiryRequest;
};

/** Creates a key with no more than the caller has. Throws `exceeds_own_rights`, `invalid_field`, `limit_reached`. */
export async function createKey(
  request: KeyRequest,
  caller: Caller,
  from: RequestOrigin & Completes<ApiKey>,
  { profile, deployment, keys, clock, keeper }: KeyContext,
): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
  const now = clock();
  const owned = await callerKey(caller, keys);
  const { tier, defaults } = await keys.tenant(caller.tenantId);
  const latest = latestExpiry(owned, defaults, profile);
  const {
    workspaceId = caller.workspaceId,
    environment = caller.kind === 'key' ? caller.environment : mainEnvironment(profile.keys),
    expiry,
    ...asked
  } = request;
  if (!environmentsOf(profile.keys).includes(environment)) {
    throw invalidField('environment', `must be one of ${environmentsOf(profile.keys).join(', ')}`);
  }
  await requireWorkspace(workspaceId, caller, keys);
  const wanted: NewKey = {
    ...asked,
    tenantId: caller.tenantId,
    workspaceId,
    environment,
    scopes: asked.scopes ?? requireSome(defaultScopes(caller, deployment.rights, defaults.scopes)),
    lifetimeSeconds: lifetimeOf({ expiry, latest, defaults }, profile, now),
    allowedBlocks:
      asked.allowedBlocks ??
      (owned?.allowedBlocks.length ? owned.allowedBlocks : (defaults.allowedBlocks ?? [])),
    createdBy: principalOf(caller),
  };
  requireScopes(wanted.scopes, deployment.rights);
  requireWithin(wanted, caller, owned, deployment.rights);
  requireExpiryWithin(expiryOf(wanted.lifetimeSeconds, now), latest);
  const { issue, key } = issueKey(wanted, profile.keys, now);
  const { keys: maxKeys } = limitsOf(tier, deployment);
  await keys.create(issue, maxKeys, originOf(caller, from));
  await keeper?.keep(issue.key, key, principalOf(caller));
  return { apiKey: issue.key, key };
}

/**
 * A key of the caller's tenant, and of its workspace when the caller is a key; for a page, one that it could have made.
 * Throws `not_found` for any other.
 */
export async function findKey(
  id: string,
  caller: Caller,
  { keys, deployment }: Pick<KeyContext, 'keys' | 'deployment'>,
): Promise<ApiKey> {
  const found = await keyOfTenant(caller.tenantId, id, keys);
  const isElsewhere = staysInWorkspace(caller) && found.workspaceId !== caller.workspaceId;
  if (isElsewhere || !isShownTo(caller, found, deployment.rights)) throw noSuchKey();
  return found;
}

/** A key of a tenant, whoever asks. Throws `not_found`. */
export async function keyOfTenant(
  tenantId: string,
  id: string,
  keys: Pick<KeyStore, 'find'>,
): Promise<ApiKey> {
  const found = KEY_ID.test(id) ? await keys.find(tenantId, id) : undefined;
  if (found === undefined) throw noSuchKey();
  return found;
}

/**
 * Whether a key is none that a page must not know of: whoever made its token may have keys with more beside it. A scope
 * that the configuration has lost is more too, as it may come back.
 */
function isShownTo(caller: Caller, { scopes }: ApiKey, { inclusion }: Pick<Rights, 'inclusion'>): boolean {
  if (caller.embed === undefined) return true;
  return firstUncovered(caller.scopes, scopes, inclusion) === undefined;
}

export function noSuchKey(): Problem {
  return new Problem('not_found', { message: 'There is no API key with this id.' });
}

/** A page of the keys that the caller may see, of one workspace when it is named. Throws `not_found` for a foreign one. */
export async function listKeys(
  caller: Caller,
  {
    limit,
    after,
    workspaceId,
  }: {
    readonly limit: number;
    readonly after: string | undefined;
    readonly workspaceId?: string | undefined;
  },
  { keys, deployment }: Pick<KeyContext, 'keys' | 'deployment'>,
): Promise<KeyPage> {
  await requireWorkspace(workspaceId, caller, keys);
  const only = staysInWorkspace(caller) ? caller.workspaceId : workspaceId;
  const page = await keys.page(caller.tenantId, limit, after, only);
  return { ...page, keys: page.keys.filter((key) => isShownTo(caller, key, deployment.rights)) };
}

/** A request for a change; absent fields stay. */
export type KeyChangeRequest = AskedOf<typeof API_KEY> & {
  readonly enabled?: boolean;
  readonly expiry?: ExpiryRequest;
};

/** Changes a key. Throws `not_found`, `gone` for a revoked key, `exceeds_own_rights`, `conflicting_state`. */
export async function updateKey(
  {
    id,
    request,
    caller,
    from,
  }: {
    readonly id: string;
    readonly request: KeyChangeRequest;
    readonly caller: Caller;
    readonly from: RequestOrigin;
  },
  context: KeyContext,
): Promise<ApiKey> {
  const { profile, keys, clock } = context;
  const { rights } = context.deployment;
  const now = clock();
  const before = await findKey(id, caller, context);
  requireAlive(before);
  const owned = await callerKey(caller, keys);
  requireWithin(before, caller, owned, rights);
  const { enabled, expiry, ...asked } = request;
  if (enabled === true && before.isContested) {
    throw new Problem('conflicting_state', {
      message: 'Another tenant claims this key too. An operator decides whose it is.',
    });
  }
  if (expiry !== undefined && before.expiresAt <= now) {
    throw new Problem('conflicting_state', { message: 'The API key has expired. Rotate it instead.' });
  }
  if (asked.scopes !== undefined) requireScopes(asked.scopes, rights);
  const { defaults } = await keys.tenant(caller.tenantId);
  const latest = latestExpiry(owned, defaults, profile);
  const lifetimeSeconds =
    expiry === undefined ? undefined : lifetimeOf({ expiry, latest, defaults }, profile, now);
  const change: KeyChange = {
    ...asked,
    ...(enabled === undefined ? {} : { state: enabled ? 'active' : 'disabled' }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds, expiresAt: expiryOf(lifetimeSeconds, now) }),
  };
  const after = API_KEY.changed(before, change);
  requireWithin(after, caller, owned, rights);
  if (change.expiresAt !== undefined) requireExpiryWithin(change.expiresAt, latest);
  if (!(await keys.change(before, change, originOf(caller, from), now))) {
    // Revoked, or rotated between our read and our write.
    requireAlive(await findKey(id, caller, context));
    throw new Problem('conflicting_state', { message: 'The API key was changed meanwhile. Try again.' });
  }
  return after;
}

export function requireAlive(key: ApiKey): void {
  if (key.state === 'revoked') throw goneKey();
}

export function goneKey(): Problem {
  return new Problem('gone', { message: 'The API key has been revoked.' });
}
