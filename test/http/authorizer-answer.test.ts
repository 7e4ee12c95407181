import { describe, expect, test } from 'vitest';
import { answer } from '../../lambdas/http/authorizer-answer.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import type { TenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';

/** By which usage key API Gateway counts a request that is allowed. */
const KEYS = { free: 'FREE', pro: 'PRO', sandbox: 'SANDBOX', exhausted: 'EXHAUSTED' };
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
  return answer(decision, { methodArn: 'arn' }, {} as never, KEYS, 'free').usageIdentifierKey;
}

describe('an allowed request counts on', () => {
  test('its tier’s shared key, while the tenant has none of its own', () => {
    expect(usageKey({ tier: 'pro' })).toBe('PRO');
    expect(usageKey(null)).toBe('FREE');
  });

  test('the tenant’s own key', () => {
    expect(usageKey({ tier: 'pro', usageKey: 'OWN' })).toBe('OWN');
  });

  test('the sandbox, for a test key, whatever its tenant has', () => {
    expect(usageKey({ tier: 'pro', usageKey: 'OWN' }, { ...KEY, environment: 'test' })).toBe('SANDBOX');
  });

  test('the initial tier’s shared key, for a tenant whose tier and its plan are gone', () => {
    expect(usageKey({ tier: 'gold', usageKey: 'OWN' })).toBe('FREE');
  });
});
