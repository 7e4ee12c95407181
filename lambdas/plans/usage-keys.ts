import type { OwnUsageKeys } from '../contract/deployment.ts';

/** How far a tenant's own usage key has come: what is wanted, and what the reconciler has seen of it. */
export interface UsageKeyRow {
  readonly tenantId: string;
  /** Null once the tenant is gone. */
  readonly tier: string | null;
  /** Numbers the keys that a tenant has had, so that none is ever used again. */
  readonly generation: number;
  /** Unix seconds from which on no earlier generation is named by anybody but who still holds an old copy. */
  readonly since: number;
  /** Unix seconds at which the key was in its plan; undefined until then. */
  readonly warmingSince?: number;
  /** Whether the tenant has been pointed at it. */
  readonly pointed: boolean;
}

/** The key that a row wants, as API Gateway has it. */
export interface FoundKey {
  readonly enabled: boolean;
  readonly inPlan: boolean;
}

/**
 * The next step for a tenant's key.
 * `replace`: the tenant goes back to the shared key and gets a key of the next generation.
 * `await`: it warms.
 */
export type UsageKeyStep = 'create' | 'attach' | 'warm' | 'await' | 'point' | 'replace' | 'rest';

/**
 * The next step of a row. `found` is the key of its generation, if API Gateway has it; `hasPlan` says whether the
 * tier has a plan to be in. Once a key has begun to warm it must stay as it is: one that is gone, disabled or out of
 * its plan, by whatever hand, would be a 403 for its tenant.
 */
export function nextStep(
  row: UsageKeyRow,
  found: FoundKey | undefined,
  hasPlan: boolean,
  { now, warmSeconds }: Pick<OwnUsageKeys, 'warmSeconds'> & { readonly now: number },
): UsageKeyStep {
  const begun = row.warmingSince !== undefined || row.pointed;
  if (row.tier === null) return 'rest';
  if (!hasPlan) return begun ? 'replace' : 'rest';
  if (found === undefined) return begun ? 'replace' : 'create';
  if (!found.enabled) return 'replace';
  if (!found.inPlan) return begun ? 'replace' : 'attach';
  if (row.warmingSince === undefined) return 'warm';
  if (row.pointed) return 'rest';
  return now - row.warmingSince >= warmSeconds ? 'point' : 'await';
}

/**
 * The value of a tenant's usage key, which is its name too: letters and digits, 20 to 128 of them (API Gateway, "Usage
 * plans and API keys"). It is no credential, as only the authorizer can present one; so it may be told by what it is of,
 * and a key that was made, and whose making was not noted, is found again.
 */
export function usageKeyValue(
  prefix: string,
  { tenantId, generation }: Pick<UsageKeyRow, 'tenantId' | 'generation'>,
): string {
  return `${prefix}${tenantId.replaceAll('-', '')}${generation}`;
}

/** The tenant of a key, by its name; undefined for a key of no tenant of this deployment. */
export function usageKeyOwner(prefix: string, name: string): string | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const [, ...parts] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\d+$/.exec(
      name.slice(prefix.length),
    ) ?? [];
  return parts.length === 0 ? undefined : parts.join('-');
}

/** Whether an account that has `total` API keys has room for one of a tenant of this tier. */
export function hasRoom(
  total: number,
  tier: string,
  initialTier: string,
  { max, maxForInitialTier }: Pick<OwnUsageKeys, 'max' | 'maxForInitialTier'>,
): boolean {
  return total < (tier === initialTier ? Math.min(max, maxForInitialTier) : max);
}
