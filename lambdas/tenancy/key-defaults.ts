import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { parseScopes, type Scope, scopesText } from '../contract/scopes.ts';
import type { AddressBlock } from '../kernel/address.ts';
import { blocksValue, storedBlocks } from '../kernel/allow-list.ts';
import { type Item, N, S } from '../kernel/items.ts';
import { invalidField } from '../kernel/problem.ts';
import { requireScopes } from '../kernel/rights.ts';

/** A tenant's own defaults; null where the profile's hold. */
export interface KeyDefaults {
  readonly expiresInDays: number | null;
  readonly scopes: readonly Scope[] | null;
  readonly allowedBlocks: readonly AddressBlock[] | null;
}

/** Refuses defaults that no key can have, or none by default. Throws `invalid_field` and `scopes_too_long`. */
export function requireKeyDefaults(
  { scopes, expiresInDays: days }: KeyDefaults,
  profile: Profile,
  rights: Pick<Rights, 'inclusion' | 'managing'>,
): void {
  const field = 'key_defaults.scopes';
  requireScopes(scopes ?? [], rights, field);
  const managing = scopes?.find((scope) => rights.managing.includes(scope));
  if (managing !== undefined)
    throw invalidField(field, `must not have ${managing}, which manages: name it for each key that needs it`);
  const { maxExpiryDays } = profile.keys;
  if (days !== null && days > maxExpiryDays) {
    throw invalidField('key_defaults.expires_in_days', `must be at most ${maxExpiryDays}`);
  }
}

/** A tenant's defaults for its keys; of none, nothing but the profile's. */
export function keyDefaults(tenant: Item | undefined): KeyDefaults {
  const stored = tenant?.keyDefaults?.M;
  return {
    expiresInDays: stored?.days?.N === undefined ? null : Number(stored.days.N),
    scopes: stored?.scopes?.S === undefined ? null : parseScopes(stored.scopes.S),
    allowedBlocks: stored?.ips === undefined ? null : storedBlocks(stored.ips),
  };
}

export function storedDefaults({ expiresInDays, scopes, allowedBlocks }: KeyDefaults): Item {
  return {
    ...(expiresInDays === null ? {} : { days: N(expiresInDays) }),
    ...(scopes === null ? {} : { scopes: S(scopesText(scopes)) }),
    ...(allowedBlocks === null ? {} : { ips: blocksValue(allowedBlocks) }),
  };
}
