import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FoundKey,
  hasRoom,
  nextStep,
  type UsageKeyRow,
  usageKeyOwner,
  usageKeyValue,
} from '../../lambdas/plans/usage-keys.ts';

/** The steps of a usage key, and its name. */
const ROW: UsageKeyRow = { tenantId: 't', tier: 'free', generation: 0, since: 0, pointed: false };
const GOOD: FoundKey = { enabled: true, inPlan: true };
const step = (row: Partial<UsageKeyRow>, found: FoundKey | undefined = GOOD, now = 1_000, hasPlan = true) =>
  nextStep({ ...ROW, ...row }, found, hasPlan, { now, warmSeconds: 300 });

describe('the next step of a key', () => {
  test.each<[string, ReturnType<typeof step>, string]>([
    ['there is none', nextStep(ROW, undefined, true, { now: 0, warmSeconds: 1 }), 'create'],
    ['it is in no plan', step({}, { enabled: true, inPlan: false }), 'attach'],
    ['it is in its plan', step({}), 'warm'],
    ['it has not warmed', step({ warmingSince: 701 }), 'await'],
    ['it has warmed', step({ warmingSince: 700 }), 'point'],
    ['it is in use', step({ warmingSince: 1, pointed: true }), 'rest'],
    ['its tenant is gone', step({ tier: null, pointed: true }), 'rest'],
    ['it is disabled', step({}, { enabled: false, inPlan: true }), 'replace'],
    ['it left its plan', step({ warmingSince: 1 }, { enabled: true, inPlan: false }), 'replace'],
    ['its tier has no plan', step({}, GOOD, 1_000, false), 'rest'],
    ['its plan is gone', step({ warmingSince: 1 }, GOOD, 1_000, false), 'replace'],
  ])('when %s: %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('is never its use unless API Gateway has it whole, for long enough', () => {
    const rows = fc.record({
      tenantId: fc.constant('t'),
      tier: fc.constantFrom('free', null),
      generation: fc.nat(),
      since: fc.nat(2_000),
      warmingSince: fc.nat(2_000),
      pointed: fc.boolean(),
    });
    const found = fc.option(fc.record({ enabled: fc.boolean(), inPlan: fc.boolean() }), { nil: undefined });
    fc.assert(
      fc.property(rows, found, fc.boolean(), fc.nat(2_000), (row, key, hasPlan, now) => {
        const next = nextStep(row, key, hasPlan, { now, warmSeconds: 300 });
        const isWhole = key?.enabled === true && key.inPlan && hasPlan;
        if (next === 'point') expect(isWhole && now - row.warmingSince >= 300).toBe(true);
        if (row.pointed && row.tier !== null) expect(next).toBe(isWhole ? 'rest' : 'replace');
      }),
    );
  });
});

describe('the name of a key', () => {
  const prefix = '0a1b2c3d01234567890abcdef01234567';

  test('is its value: letters and digits, 20 to 128 of them, and says whose it is', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), (tenantId, generation) => {
        const value = usageKeyValue(prefix, { tenantId, generation });
        expect(value).toMatch(/^[0-9A-Za-z]{20,128}$/);
        expect(usageKeyOwner(prefix, value)).toBe(tenantId);
      }),
    );
  });

  test.each([
    ['another stack’s', `f${prefix}${'0'.repeat(32)}0`],
    ['a shared one', `${prefix}sharedinitial`],
    ['one without a generation', `${prefix}${'0'.repeat(32)}`],
    ['somebody’s', 'my-key'],
  ])('of %s is no tenant’s', (_, name) => {
    expect(usageKeyOwner(prefix, name)).toBeUndefined();
  });
});

test('tenants of the initial tier leave room for the others', () => {
  const limits = { max: 10, maxForInitialTier: 8 };
  expect([7, 8, 9, 10].map((total) => hasRoom(total, 'free', 'free', limits))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect([7, 9, 10].map((total) => hasRoom(total, 'pro', 'free', limits))).toEqual([true, true, false]);
  expect(hasRoom(5, 'free', 'free', { max: 5, maxForInitialTier: 8 })).toBe(false);
});
