import { describe, expect, test } from 'vitest';
import { answer } from '../../lambdas/http/authorizer-answer.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import type { TenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';

/** By which usage key API Gateway counts a request that is allowed. */
const KEYS = { initial: 'INITIAL', other: 'OTHER', sandbox: 'SANDBOX', exhausted: 'EXHAUSTED' };
const LIMITS = { keyRequestsPerMinute: 1, sessionRequestsPerMinute: 1, keys: 1 };
const TIERS = { tiers: { free: LIMITS, pro: LIMITS, gold: LIMITS }, initialTier: 'free' };
const KEY: Caller = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: 't',
  workspaceId: 'w',
  environment: 'live',
  scopes: ['read'],
};

function usageKey(tenant: Partial<TenantFacts> | null, caller: Caller = KEY): string | undefined {
  const facts: TenantFacts | null =
    tenant === null
      ? null
      : { state: 'active', tier: 'free', suspendedWorkspaces: new Set(), workspaces: new Set(), ...tenant };
  const decision = { outcome: 'allowed', caller, allowance: null, tenant: facts } as const;
  return answer(decision, { methodArn: 'arn', context: {} }, KEYS, TIERS).usageIdentifierKey;
}

describe('an allowed request counts on', () => {
  test('a shared key, while the tenant has none of its own: another for the tier where anybody can begin', () => {
    expect(usageKey({ tier: 'free' })).toBe('INITIAL');
    expect(usageKey(null)).toBe('INITIAL');
    expect(usageKey({ tier: 'pro' })).toBe('OTHER');
    expect(usageKey({ tier: 'gold' })).toBe('OTHER');
  });

  test('the tenant’s own key', () => {
    expect(usageKey({ tier: 'pro', usageKey: 'OWN' })).toBe('OWN');
  });

  test('the sandbox, for a test key, whatever its tenant has', () => {
    expect(usageKey({ tier: 'pro', usageKey: 'OWN' }, { ...KEY, environment: 'test' })).toBe('SANDBOX');
  });

  test('the initial tier’s shared key, for a tenant whose tier and its plan are gone', () => {
    expect(usageKey({ tier: 'renamed', usageKey: 'OWN' })).toBe('INITIAL');
    expect(usageKey({ tier: 'constructor' })).toBe('INITIAL');
  });
});
