import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { coversScope, declaredScopes, type Scope } from '../contract/scopes.ts';
import { contains } from '../kernel/address.ts';
import type { Caller, KeyCaller } from '../kernel/caller.ts';
import { NEVER } from '../kernel/clock.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { requireHeld } from '../kernel/rights.ts';
import type { KeyDefaults } from '../tenancy/key-defaults.ts';
import type { ApiKey } from './api-key.ts';

/** Bounds of a key: no more than its maker has, and no longer than the profile allows. */

/** An expiry as it was asked for; `field` is the name that an error must say. */
export interface ExpiryRequest {
  readonly field: string;
  /** Unix seconds; null for never. */
  readonly at: number | null;
}

export function expiryOf(lifetimeSeconds: number | null, now: number): number {
  return lifetimeSeconds === null ? NEVER : now + lifetimeSeconds;
}

/** The record of a caller that is a key: what its own keys may not exceed. */
export async function callerKey(
  caller: Caller,
  keys: { find(tenantId: string, id: string): Promise<ApiKey | undefined> },
): Promise<ApiKey | undefined> {
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
  caller: Pick<Caller, 'scopes'>,
  { defaultScopes: ofDeployment, inclusion, managing }: Rights,
  ofTenant: KeyDefaults['scopes'],
): readonly Scope[] {
  return (ofTenant ?? ofDeployment ?? caller.scopes).filter(
    (scope) => coversScope(caller.scopes, scope, inclusion) && !managing.includes(scope),
  );
}

/** A key without a scope opens nothing. Throws `invalid_field`. */
export function requireSome(scopes: readonly Scope[]): readonly Scope[] {
  if (scopes.length > 0) return scopes;
  throw invalidField('scopes', 'must be named: you have none of those that a key has by default');
}

/**
 * The latest end of keys that a caller makes, changes or rotates: that of its own key. In a contract where every key
 * lives for the same time, a key that was given all of it gives all of it: keys that renew each other do not end with
 * the first of them (ADR 0085). One that was given less is bounded as anywhere.
 */
export function latestExpiry(
  owned: ApiKey | undefined,
  { expiresInDays }: Pick<KeyDefaults, 'expiresInDays'>,
  { keys: { defaultExpiryDays, maxExpiryDays } }: Profile,
): number {
  if (owned === undefined) return NEVER;
  const isFixed = defaultExpiryDays !== null && defaultExpiryDays === maxExpiryDays;
  const full = (expiresInDays ?? maxExpiryDays) * 86_400;
  return isFixed && owned.lifetimeSeconds !== null && owned.lifetimeSeconds >= full ? NEVER : owned.expiresAt;
}

/** Seconds from now until what was asked for; by default what `defaults` or the profile say, but not after `latest`. */
export function lifetimeOf(
  {
    expiry,
    latest,
    defaults,
  }: {
    readonly expiry: ExpiryRequest | undefined;
    readonly latest: number;
    readonly defaults: Pick<KeyDefaults, 'expiresInDays'>;
  },
  { keys: { defaultExpiryDays, maxExpiryDays } }: Profile,
  now: number,
): number | null {
  if (expiry === undefined) {
    const days = defaults.expiresInDays ?? defaultExpiryDays;
    const byDefault = days === null ? NEVER : now + days * 86_400;
    const expiresAt = Math.min(byDefault, latest);
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
export function requireWithin(
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

/** Throws `exceeds_own_rights` for an end after {@link latestExpiry}. */
export function requireExpiryWithin(expiresAt: number, latest: number): void {
  if (expiresAt > latest) {
    throw exceeds('The key cannot expire later than the API key that you use.');
  }
}

function exceeds(message: string): Problem {
  return new Problem('exceeds_own_rights', { message });
}
