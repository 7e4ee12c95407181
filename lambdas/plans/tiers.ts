import type { DecisionSettings } from '../contract/deployment.ts';
import type { Environment } from '../contract/scopes.ts';

/** The limits of a tier; one that the configuration no longer has, or that is not known yet, counts as the initial one. */
export function limitsOf<Limits>(
  tier: string | undefined,
  { tiers, initialTier }: { readonly tiers: Readonly<Record<string, Limits>>; readonly initialTier: string },
): Limits {
  const limits = tiers[tier ?? initialTier] ?? tiers[initialTier];
  if (limits === undefined) throw new Error(`The configuration has no tier ${initialTier}.`);
  return limits;
}

/** Requests a minute of a key; a test key has the sandbox's, on whatever tier its tenant is. */
export function keyRequestsPerMinute(
  environment: Environment,
  tier: string | undefined,
  deployment: Pick<DecisionSettings, 'tiers' | 'initialTier' | 'sandbox'>,
): number {
  const limits = environment === 'test' ? deployment.sandbox : limitsOf(tier, deployment);
  return limits.keyRequestsPerMinute;
}
