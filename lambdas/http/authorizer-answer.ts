import type { Decision } from '../access/decision.ts';
import type { DecisionSettings, UsageKeys } from '../contract/deployment.ts';
import { principalOf } from '../kernel/caller.ts';
import type { AuthorizerContext } from './identity.ts';

/** No plan knows it: API Gateway answers INVALID_API_KEY, natively 403. Within the form of a key (20 to 128). */
const UNKNOWN_USAGE_KEY = 'latchkeyforbidsthisrequest';

/** A policy with a longer resource is an error (API Gateway, "Output from a Lambda authorizer"). */
const MAX_RESOURCE_LENGTH = 512;

export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      { readonly Action: 'execute-api:Invoke'; readonly Effect: 'Allow' | 'Deny'; readonly Resource: string },
    ];
  };
  /** None of who is denied. */
  readonly usageIdentifierKey?: string | undefined;
  readonly context: AuthorizerContext;
}

/**
 * Turns a decision into what API Gateway understands (docs/architecture.md): who is not proven is denied;
 * who is proven but may not is allowed with a usage key that makes API Gateway refuse, with the right status.
 */
export function answer(
  decision: Decision,
  { methodArn, context }: { readonly methodArn: string; readonly context: AuthorizerContext },
  usageKeys: UsageKeys,
  tiers: Pick<DecisionSettings, 'tiers' | 'initialTier'>,
): AuthorizerAnswer {
  return {
    principalId: decision.outcome === 'allowed' ? principalOf(decision.caller) : 'unidentified',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: decision.outcome === 'refused' ? 'Deny' : 'Allow',
          Resource: resourceOf(methodArn),
        },
      ],
    },
    usageIdentifierKey: usageKey(decision, usageKeys, tiers),
    context,
  };
}

/** This call and no other; of a long path its beginning, which says enough in an answer that nobody keeps. */
function resourceOf(methodArn: string): string {
  return methodArn.length <= MAX_RESOURCE_LENGTH
    ? methodArn
    : `${methodArn.slice(0, MAX_RESOURCE_LENGTH - 1)}*`;
}

function usageKey(
  decision: Decision,
  usageKeys: UsageKeys,
  tiers: Pick<DecisionSettings, 'tiers' | 'initialTier'>,
): string | undefined {
  switch (decision.outcome) {
    case 'refused':
      return undefined;
    case 'forbidden':
      return UNKNOWN_USAGE_KEY;
    case 'limited':
      return usageKeys.exhausted;
    case 'observed':
      // Of no tenant: a plan that only the account's own limit bounds.
      return usageKeys.initial;
    case 'misdirected':
    case 'allowed':
      return allowedUsageKey(decision, usageKeys, tiers);
  }
}

function allowedUsageKey(
  decision: Extract<Decision, { outcome: 'allowed' | 'misdirected' }>,
  usageKeys: UsageKeys,
  { tiers, initialTier }: Pick<DecisionSettings, 'tiers' | 'initialTier'>,
): string | undefined {
  const { tenant } = decision;
  if (decision.outcome === 'allowed' && decision.caller.environment === 'test') return usageKeys.sandbox;
  const tier = tenant?.tier ?? initialTier;
  // With a tier that is no longer configured its plan goes, and a key in no plan would be a 403.
  if (!Object.hasOwn(tiers, tier)) return usageKeys.initial;
  return tenant?.usageKey ?? (tier === initialTier ? usageKeys.initial : usageKeys.other);
}
