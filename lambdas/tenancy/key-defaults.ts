import type { Profile } from '../contract/profile.ts';
import { parseScopes, type Scope, scopesText } from '../contract/scopes.ts';
import { type AddressBlock, formatBlock, unpackBlocks } from '../kernel/address.ts';
import { blocksText } from '../kernel/allow-list.ts';
import { N, S } from '../kernel/items.ts';
import { invalidField } from '../kernel/problem.ts';
import type { InAttribute } from '../kernel/stored.ts';

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

/** The profile's defaults hold. */
export const NO_KEY_DEFAULTS: KeyDefaults = { expiresInDays: null, scopes: null, allowedBlocks: null };

/** A tenant's defaults on its item; of none, nothing but the profile's. */
export const KEY_DEFAULTS: InAttribute<KeyDefaults> = {
  attribute: 'keyDefaults',
  read: (tenant) => {
    const stored = tenant.keyDefaults?.M;
    return {
      expiresInDays: stored?.days?.N === undefined ? null : Number(stored.days.N),
      scopes: stored?.scopes?.S === undefined ? null : parseScopes(stored.scopes.S),
      allowedBlocks: stored?.ips?.S === undefined ? null : unpackBlocks(stored.ips.S),
    };
  },
  write: ({ expiresInDays, scopes, allowedBlocks }) => {
    const M = {
      ...(expiresInDays === null ? {} : { days: N(expiresInDays) }),
      ...(scopes === null ? {} : { scopes: S(scopesText(scopes)) }),
      ...(allowedBlocks === null ? {} : { ips: blocksText(allowedBlocks) }),
    };
    return Object.keys(M).length === 0 ? undefined : { M };
  },
};

/** Defaults as the API and the trail name them. */
export function shownDefaults({ expiresInDays, scopes, allowedBlocks }: KeyDefaults): {
  readonly expires_in_days: number | null;
  readonly scopes: string[] | null;
  readonly allowed_ips: string[] | null;
} {
  return {
    expires_in_days: expiresInDays,
    scopes: scopes === null ? null : [...scopes],
    allowed_ips: allowedBlocks?.map(formatBlock) ?? null,
  };
}
