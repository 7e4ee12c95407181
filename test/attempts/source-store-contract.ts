import { describe, expect, test } from 'vitest';
import type { SourceStore } from '../../lambdas/attempts/source.ts';
import { NOW } from '../support/tenants.ts';

const id = () => crypto.randomUUID();

/** What every {@link SourceStore} does. */
export function sourceStoreContract(store: () => SourceStore): void {
  describe('counters of source addresses', () => {
    test('attempts at once are counted one by one', async () => {
      const one = id();
      const counts = await Promise.all(Array.from({ length: 20 }, () => store().count(one, NOW + 600)));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    });

    test('what is given back counts no more, also at once', async () => {
      const one = id();
      for (let count = 0; count < 5; count += 1) await store().count(one, NOW + 600);
      await Promise.all(Array.from({ length: 5 }, () => store().giveBack(one)));
      expect(await store().count(one, NOW + 600)).toBe(1);
    });

    test('what is given back to a counter that is gone does not bring it back', async () => {
      const one = id();
      await store().giveBack(one);
      expect(await store().count(one, NOW + 600)).toBe(1);
    });
  });
}
