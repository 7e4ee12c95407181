import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../lambdas/access/decision.ts';
import { DECISION_ERRORS, type DecisionErrorCode } from '../../lambdas/contract/errors.ts';
import { errorCodeOf } from '../../lambdas/contract/profile.ts';
import { ENVIRONMENTS } from '../../lambdas/contract/scopes.ts';
import { callerOf, contextOf } from '../../lambdas/http/identity.ts';
import { requestIdOf } from '../../lambdas/http/request-id.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { ROLES, SCOPES } from '../support/deployment.ts';

const scopes = fc.subarray([...SCOPES], { minLength: 1 });
const common = {
  tenantId: fc.uuid(),
  workspaceId: fc.uuid(),
  scopes,
  environment: fc.constantFrom(...ENVIRONMENTS),
};
const caller: fc.Arbitrary<Caller> = fc.oneof(
  fc.record({ kind: fc.constant('key' as const), ...common, keyId: fc.uuid() }),
  fc.record({
    kind: fc.constant('user' as const),
    ...common,
    userId: fc.uuid(),
    sessionId: fc.uuid(),
    role: fc.constantFrom(...ROLES),
  }),
  fc.record({ kind: fc.constant('anonymous' as const), ...common }),
);
const allowance = fc.record({
  limit: fc.nat(),
  remaining: fc.nat(),
  resetAt: fc.nat(),
  exceeded: fc.boolean(),
});
const code = fc.constantFrom(...(Object.keys(DECISION_ERRORS) as DecisionErrorCode[]));
const allowed = fc.record({
  outcome: fc.constant('allowed' as const),
  caller,
  allowance: fc.option(allowance),
  tenant: fc.constant(null),
});
const refusal = (one: DecisionErrorCode) => ({
  outcome: 'refused' as const,
  code: one,
  message: DECISION_ERRORS[one].message,
  allowance: null,
});
const decision: fc.Arbitrary<Decision> = fc.oneof(
  code.map(refusal),
  fc.tuple(code, fc.constantFrom(...SCOPES), fc.option(allowance)).map(([one, scope, left]) => ({
    outcome: 'forbidden' as const,
    code: one,
    message: `Insufficient scope. Required: ${scope}`,
    allowance: left,
  })),
  fc.constantFrom('malformed_request' as const, 'not_found' as const).map((one) => ({
    outcome: 'misdirected' as const,
    code: one,
    tenant: null,
    allowance: null,
  })),
  allowance.map((one) => ({ outcome: 'limited' as const, allowance: one })),
  allowed,
);
const NOW = 1_800_000_048;
const contextFor = (one: Decision, now = NOW) => contextOf(one, 'r1', now, (name) => name);

/** Structured fields have quotation marks: they stand in headers, where those are right. */
const IN_HEADERS_ONLY = ['rateLimit', 'rateLimitPolicy'];
const throws = (expected: object) => expect.objectContaining({ name: 'Problem', ...expected });

/**
 * Names below `$context.authorizer` that API Gateway uses itself: a field of ours with such a name would be ambiguous
 * (API Gateway developer guide, "Variables for access logging", `$context.authorizer.*`).
 */
const RESERVED_CONTEXT_FIELDS: readonly string[] = [
  'claims',
  'error',
  'integrationLatency',
  'integrationStatus',
  'latency',
  'principalId',
  'property',
  'requestId',
  'status',
];

test('no field of the context has a name that API Gateway uses itself', () => {
  fc.assert(
    fc.property(decision, (one) => {
      expect(Object.keys(contextFor(one)).filter((name) => RESERVED_CONTEXT_FIELDS.includes(name))).toEqual(
        [],
      );
    }),
  );
});

describe('the authorizer’s context', () => {
  test('is strings that stand in JSON as they are, for every decision, profile and request id', () => {
    const requestId = fc
      .string({ unit: 'binary' })
      .map((own) => requestIdOf({ 'x-request-id': [own] }, 'extended='));
    fc.assert(
      fc.property(decision, requestId, fc.constantFrom(...PROFILES), (one, id, profile) => {
        const context = contextOf(one, id, NOW, (name) => errorCodeOf(profile, name));
        for (const [name, value] of Object.entries(context)) {
          expect(value, name).toBeTypeOf('string');
          if (!IN_HEADERS_ONLY.includes(name)) expect(JSON.stringify(value)).toBe(`"${value}"`);
        }
        expect(context.outcome).toBe(one.outcome);
      }),
      { numRuns: 1000 },
    );
  });

  test('tells the allowance of whoever was counted, as headers take it', () => {
    const one = { limit: 100, remaining: 47, resetAt: NOW + 12, exceeded: false };
    const told = {
      rateLimitLimit: '100',
      rateLimitRemaining: '47',
      rateLimitReset: '1800000060',
      rateLimitPolicy: '"default";q=100;w=60',
      rateLimit: '"default";r=47;t=12',
    };
    const message = 'no';
    const caller = {
      kind: 'anonymous',
      scopes: [],
      tenantId: 't',
      workspaceId: 'w',
      environment: 'live',
    } as const;
    for (const decided of [
      { outcome: 'allowed', caller, allowance: one, tenant: null },
      { outcome: 'forbidden', code: 'insufficient_scope', message, allowance: one },
      { outcome: 'limited', allowance: one },
    ] as const) {
      expect(contextFor(decided)).toMatchObject(told);
    }
    const uncounted = contextFor({
      outcome: 'forbidden',
      code: 'insufficient_scope',
      message,
      allowance: null,
    });
    expect(Object.keys(uncounted).filter((name) => name.startsWith('rateLimit'))).toEqual([]);
  });

  test.each([
    ['in the middle of a month', '2026-11-21T07:30:00Z', '2026-12-01T00:00:00Z'],
    ['in the last second of a year', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
    ['in the first second of a month', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ])('says of a quota that it begins anew with the month: %s', (_when, now, end) => {
    const seconds = (Date.parse(end) - Date.parse(now)) / 1000;
    const [caller] = fc.sample(allowed, 1);
    const context = contextFor(caller as Decision, Date.parse(now) / 1000);
    expect(context).toMatchObject({ retryAfter: '1', quotaRetryAfter: String(seconds) });
    expect(context.quotaRetryHint).toBe(` Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`);
  });

  test('holds an identity for who is let in, and for nobody else', () => {
    fc.assert(
      fc.property(decision, (one) => {
        const names = Object.keys(contextFor(one));
        const identity = ['callerKind', 'tenantId', 'workspaceId', 'scopes', 'userId', 'keyId', 'sessionId'];
        const found = names.filter((name) => identity.includes(name));
        if (one.outcome === 'allowed') expect(found).toContain('tenantId');
        else expect(found).toEqual([]);
      }),
    );
  });

  test('brings every caller to the function as it was', () => {
    fc.assert(
      fc.property(allowed, (one) => {
        expect(callerOf(contextFor(one))).toEqual(one.caller);
      }),
    );
  });
});

describe('the second lock', () => {
  test('an identity from which any field was removed or emptied, or made another type, is refused', () => {
    const notIdentity = [
      'callId',
      'retryAfter',
      'retryHint',
      'quotaRetryAfter',
      'quotaRetryHint',
      'rateLimitLimit',
      'rateLimitRemaining',
      'rateLimitReset',
      'rateLimitPolicy',
      'rateLimit',
    ];
    fc.assert(
      fc.property(allowed, fc.constantFrom(undefined, '', null, 0, 1, true, {}, []), (one, hollow) => {
        const context = contextFor(one);
        for (const name of Object.keys(context).filter((field) => !notIdentity.includes(field))) {
          expect(() => callerOf({ ...context, [name]: hollow }), name).toThrow(throws({ status: 401 }));
          const { [name]: _, ...rest } = context;
          expect(() => callerOf(rest), name).toThrow(throws({ status: 401 }));
        }
      }),
    );
  });

  test('no context at all, and that of a refusal, is a 401', () => {
    for (const context of [null, undefined, {}, { principalId: 'x' }]) {
      expect(() => callerOf(context)).toThrow(throws({ status: 401 }));
    }
    fc.assert(
      fc.property(code, (one) => {
        expect(() => callerOf(contextFor(refusal(one)))).toThrow(throws({ status: 401 }));
      }),
    );
  });

  test('a forbidden context is a 403 that says why', () => {
    const message = 'Insufficient scope. Required: write';
    const context = contextFor({
      outcome: 'forbidden',
      code: 'insufficient_scope',
      message,
      allowance: null,
    });
    expect(() => callerOf(context)).toThrow(throws({ status: 403, message }));
  });

  test('a limited context is a 429 that says when to come back', () => {
    fc.assert(
      fc.property(allowance, fc.integer({ min: 1, max: 120 }), (one, retryAfterSeconds) => {
        const context = contextFor({
          outcome: 'limited',
          allowance: { ...one, resetAt: NOW + retryAfterSeconds },
        });
        const plural = retryAfterSeconds === 1 ? '' : 's';
        const message = `Rate limit exceeded. Try again in ${retryAfterSeconds} second${plural}.`;
        expect(() => callerOf(context)).toThrow(throws({ status: 429, retryAfterSeconds, message }));
      }),
    );
  });

  test('an outcome, kind or environment that there is not is refused', () => {
    fc.assert(
      fc.property(allowed, fc.string({ minLength: 1 }), (one, odd) => {
        const context = contextFor(one);
        fc.pre(
          !Object.values(context).includes(odd) &&
            !['user', 'key', 'anonymous', 'live', 'test'].includes(odd),
        );
        for (const name of ['outcome', 'callerKind', 'environment']) {
          expect(() => callerOf({ ...context, [name]: odd }), name).toThrow(throws({}));
        }
      }),
    );
  });

  test('who has no scope is still who they are', () => {
    fc.assert(
      fc.property(allowed, (one) => {
        const bare = { ...one, caller: { ...one.caller, scopes: [] } };
        expect(callerOf(contextFor(bare))).toEqual(bare.caller);
      }),
    );
  });
});
