import { describe, expect, test } from 'vitest';
import type { Decision, DecisionRequest } from '../../lambdas/access/decision.ts';
import { decidedDirectly } from '../../lambdas/access/direct.ts';
import { observedDecision } from '../../lambdas/access/observe.ts';
import type { PathRule } from '../../lambdas/contract/profile.ts';
import type { TenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';

const NOW = 1_800_000_000;
const ISSUER = 'https://api.example.com';
const allowance = { limit: 100, remaining: 0, resetAt: NOW + 30, exceeded: true };
const caller = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: 't',
  workspaceId: 'w',
  scopes: ['read'],
  environment: 'live',
} as const;
const ALLOWED = { outcome: 'allowed', caller, allowance, tenant: null } as const satisfies Decision;
const REFUSED: Decision = { outcome: 'refused', code: 'invalid_credential', message: 'm', allowance: null };
const FORBIDDEN: Decision = { outcome: 'forbidden', code: 'insufficient_scope', message: 'm', allowance };
const LIMITED: Decision = { outcome: 'limited', allowance };
const ELSEWHERE: Decision = { outcome: 'misdirected', code: 'not_found', tenant: null, allowance };
const TWICE: Decision = { outcome: 'misdirected', code: 'malformed_request', tenant: null, allowance };

const request = (given: Partial<DecisionRequest> = {}): DecisionRequest => ({
  method: 'GET',
  resource: '/v1/fast/{proxy+}',
  path: '/v1/fast/a',
  headers: {},
  address: '192.0.2.7',
  ...given,
});

describe('where no function of ours stands behind a method', () => {
  const decided = (decision: Decision, given: Partial<DecisionRequest> = {}, zeroPlanThrottles = false) =>
    decidedDirectly(decision, request(given), { zeroPlanThrottles, knowsOwnKeys: true, issuer: ISSUER }, NOW);

  test('who is allowed is, and who is refused or forbidden stays so', () => {
    for (const decision of [ALLOWED, REFUSED, FORBIDDEN]) expect(decided(decision)).toBe(decision);
  });

  test('who is allowed counts on a shared usage key where the plans know no tenant’s own', () => {
    const facts = {
      state: 'active',
      tier: 'pro',
      suspendedWorkspaces: new Set<string>(),
      workspaces: new Set<string>(),
    } as const;
    const settings = { zeroPlanThrottles: false, knowsOwnKeys: false, issuer: ISSUER };
    const of = (tenant: TenantFacts | null) =>
      decidedDirectly({ ...ALLOWED, tenant }, request(), settings, NOW);
    expect(of({ ...facts, usageKey: 'own' })).toEqual({ ...ALLOWED, tenant: facts });
    expect(of(null)).toEqual(ALLOWED);
  });

  test('who is over a limit is forbidden with the time to come again, until plans of 0/0 are known to throttle', () => {
    expect(decided(LIMITED)).toEqual({
      outcome: 'forbidden',
      code: 'rate_limited',
      message: 'Rate limit exceeded. Try again in 30 seconds.',
      allowance,
    });
    expect(decided(LIMITED, {}, true)).toBe(LIMITED);
  });

  test.each([ELSEWHERE, TWICE])('a workspace that is not theirs, or two, is forbidden', (decision) => {
    expect(decided(decision, {}, true)).toMatchObject({
      outcome: 'forbidden',
      code: 'not_forwarded',
      allowance,
    });
  });

  test('a decision that is observed is none of here', () => {
    const observed = {
      outcome: 'observed',
      instead: 'refused',
      code: 'missing_credential',
      rule: '/v1/*',
    } as const;
    expect(() => decided(observed)).toThrow();
  });

  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  test.each([
    [{ path: '/v1/fast/a%2Fb' }],
    [{ path: '/v1/fast//a' }],
    [{ headers: { X_Latchkey_Tenant: ['t'] } }],
    [{ headers: { 'x-workspace_id': ['w'] } }],
    [{ headers: { 'X-HTTP-Method-Override': ['DELETE'] } }],
    [{ headers: { cookie: ['a=b', '__Host-Latchkey-sign-in=x'] } }],
    // Our own assertion: it has come back (RFC 9110, 7.6).
    [{ headers: { 'X-Latchkey-Assertion': [token({ iss: ISSUER })] } }],
  ])('of who is allowed, %j is forbidden in words that stand in JSON', (given) => {
    const decision = decided(ALLOWED, given);
    expect(decision).toMatchObject({ outcome: 'forbidden', code: 'not_forwarded' });
    if (decision.outcome === 'forbidden')
      expect(JSON.stringify(decision.message)).toBe(`"${decision.message}"`);
  });

  test.each([
    [{ headers: { 'X-Latchkey-Assertion': ['made up'] } }],
    [{ headers: { 'X-Latchkey-Assertion': [token({ iss: 'https://other.example' })] } }],
    [{ headers: { 'X-Workspace-Id': ['w'], Cookie: ['a=b'], 'X-Request-ID': ['a'] } }],
  ])('and %j is not', (given) => {
    expect(decided(ALLOWED, given)).toBe(ALLOWED);
  });
});

describe('where a path rule is observed', () => {
  const rules: readonly PathRule[] = [{ path: '/v1/fast/*', scope: 'read', observeUntil: NOW + 60 }];
  const observed = (decision: Decision, now = NOW) => observedDecision(decision, request(), rules, now);

  test('who is allowed keeps the identity', () => {
    expect(observed(ALLOWED)).toBe(ALLOWED);
  });

  test.each([
    [REFUSED, 'refused', 'invalid_credential'],
    [FORBIDDEN, 'forbidden', 'insufficient_scope'],
    [LIMITED, 'limited', 'rate_limited'],
    [ELSEWHERE, 'misdirected', 'not_found'],
    [TWICE, 'misdirected', 'malformed_request'],
  ])('any other passes as nobody', (decision, instead, code) => {
    expect(observed(decision)).toEqual({ outcome: 'observed', instead, code, rule: '/v1/fast/*' });
  });

  test('a key that nobody has is still counted as a guess', () => {
    expect(observed({ ...REFUSED, isGuess: true } as Decision)).toMatchObject({ isGuess: true });
  });

  test('from its end on nobody does', () => {
    expect(observed(REFUSED, NOW + 60)).toBe(REFUSED);
  });
});
