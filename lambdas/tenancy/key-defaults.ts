import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { parseScopes, type Scope, scopesText } from '../contract/scopes.ts';
import { type AddressBlock, formatBlock } from '../kernel/address.ts';
import { blocksValue, storedBlocks } from '../kernel/allow-list.ts';
import { type AttributeValue, N, S } from '../kernel/items.ts';
import { invalidField } from '../kernel/problem.ts';
import { requireScopes } from '../kernel/rights.ts';
import type { InAttribute } from '../kernel/stored.ts';

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
      allowedBlocks: stored?.ips === undefined ? null : blocksOf(stored.ips),
    };
  },
  write: ({ expiresInDays, scopes, allowedBlocks }) => {
    const M = {
      ...(expiresInDays === null ? {} : { days: N(expiresInDays) }),
      ...(scopes === null ? {} : { scopes: S(scopesText(scopes)) }),
      ...(allowedBlocks === null ? {} : { ips: blocksValue(allowedBlocks) }),
    };
    return Object.keys(M).length === 0 ? undefined : { M };
  },
};

/** Of a key no list is written for none; here one without blocks says that new keys have none. */
function blocksOf(stored: AttributeValue): readonly AddressBlock[] {
  return stored.B === '' ? [] : storedBlocks(stored);
}

/** Defaults as the API and the trail name them. */
export function shownDefaults({ expiresInDays, scopes, allowedBlocks }: KeyDefaults): {
  readonly expires_in_days: number | null;
  readonly scopes: Scope[] | null;
  readonly allowed_ips: string[] | null;
} {
  return {
    expires_in_days: expiresInDays,
    scopes: scopes === null ? null : [...scopes],
    allowed_ips: allowedBlocks?.map(formatBlock) ?? null,
  };
}
