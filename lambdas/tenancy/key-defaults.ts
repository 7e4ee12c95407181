import type { Profile } from '../contract/profile.ts';
import { parseScopes, type Scope, scopesText } from '../contract/scopes.ts';
import { type AddressBlock, unpackBlocks } from '../kernel/address.ts';
import { blocksText } from '../kernel/allow-list.ts';
import { type Item, N, S } from '../kernel/items.ts';
import { invalidField } from '../kernel/problem.ts';

/** A tenant's own defaults; null where the profile's hold. */
export interface KeyDefaults {
  readonly expiresInDays: number | null;
  readonly scopes: readonly Scope[] | null;
  readonly allowedBlocks: readonly AddressBlock[] | null;
}

export function knownScopes(
  scopes: readonly Scope[] | undefined,
  { keys: { scopes: known } }: Profile,
  field = 'scopes',
): readonly Scope[] | undefined {
  if (scopes?.every((scope) => known.includes(scope)) ?? true) return scopes;
  throw invalidField(field, `must be some of ${known.join(', ')}`);
}

/** Refuses defaults that no key of this contract can have. Throws `invalid_field`. */
export function requireKeyDefaults({ scopes, expiresInDays: days }: KeyDefaults, profile: Profile): void {
  knownScopes(scopes ?? undefined, profile, 'key_defaults.scopes');
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
    allowedBlocks: stored?.ips?.S === undefined ? null : unpackBlocks(stored.ips.S),
  };
}

export function storedDefaults({ expiresInDays, scopes, allowedBlocks }: KeyDefaults): Item {
  return {
    ...(expiresInDays === null ? {} : { days: N(expiresInDays) }),
    ...(scopes === null ? {} : { scopes: S(scopesText(scopes)) }),
    ...(allowedBlocks === null ? {} : { ips: blocksText(allowedBlocks) }),
  };
}
