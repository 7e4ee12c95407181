import { describe, expect, test } from 'vitest';
import type { Flow, FlowStore } from '../../lambdas/providers/flows.ts';
import { NOW } from '../support/tenants.ts';

/** What every {@link FlowStore} does. */
export function flowStoreContract(store: () => FlowStore): void {
  const begun = async (fields: Partial<Flow> = {}) => {
    const hash = crypto.randomUUID();
    const flow = { providerId: 'okta', browser: 'b1', goesTo: null, uiLocales: null, expiresAt: NOW + 100 };
    await store().begin(hash, { ...flow, ...fields });
    return hash;
  };
  const OURS = { providerId: 'okta', browser: 'b1' };

  describe('flows', () => {
    test('one is taken with what it holds', async () => {
      const hash = await begun({ goesTo: '/device', uiLocales: 'de en' });
      expect(await store().take(hash, OURS, NOW)).toEqual({ goesTo: '/device', uiLocales: 'de en' });
      expect(await store().take(await begun(), OURS, NOW + 99)).toEqual({ goesTo: null, uiLocales: null });
    });

    test.each([
      ['that nobody began', {}, OURS, NOW, 'other'],
      ['that has expired', {}, OURS, NOW + 100],
      ['of another browser', {}, { ...OURS, browser: 'b2' }, NOW],
      ['of another provider', {}, { ...OURS, providerId: 'entra' }, NOW],
    ])('one %s is none, and stays for whose it is', async (_what, fields, by, now, other?: string) => {
      const hash = await begun(fields);
      expect(await store().take(other ?? hash, by, now)).toBeUndefined();
      expect(await store().take(hash, OURS, NOW)).toBeDefined();
    });

    test('of twenty that take one at once, one has it', async () => {
      const hash = await begun();
      const taken = await Promise.all(Array.from({ length: 20 }, () => store().take(hash, OURS, NOW)));
      expect(taken.filter((flow) => flow !== undefined)).toHaveLength(1);
    });
  });
}
