import { describe, expect, test } from 'vitest';
import type { ExchangeStore } from '../../lambdas/people/exchange.ts';
import { NOW, newAccount } from '../support/tenants.ts';

/** What every {@link ExchangeStore} does. */
export function exchangeStoreContract(store: () => ExchangeStore): void {
  const user = (userId: string) => ({ ...newAccount().user, userId });
  const hash = () => crypto.randomUUID();

  describe('exchanges', () => {
    test('of 20 uses of a token at once one is made, and its repetition is the same use', async () => {
      const token = hash();
      const ids = Array.from({ length: 20 }, (_, index) => `use ${index}`);
      const made = await Promise.all(ids.map((id) => store().useToken(token, id, NOW + 600)));
      expect(made.filter(Boolean)).toHaveLength(1);
      const winner = ids[made.indexOf(true)] ?? '';
      expect(await store().useToken(token, winner, NOW + 600)).toBe(true);
      expect(await store().useToken(token, 'another', NOW + 600)).toBe(false);
    });

    test('an identity is linked once: a second link that has seen the removed one does nothing', async () => {
      const identity = hash();
      expect(await store().findIdentity(identity)).toBeUndefined();
      expect(await store().link(identity, user('gone'), NOW)).toBe(true);
      expect(await store().link(identity, user('other'), NOW)).toBe(false);
      expect(await store().link(identity, user('first'), NOW, 'gone')).toBe(true);
      expect(await store().link(identity, user('second'), NOW, 'gone')).toBe(false);
      expect(await store().link(hash(), user('nobody'), NOW, 'gone')).toBe(false);
      expect(await store().findIdentity(identity)).toEqual({ userId: 'first', isManaged: false });
    });

    test('a token that is older than the one that decided decides nothing, whatever the order at once', async () => {
      const identity = hash();
      expect(await store().decide(identity, NOW)).toBe(false);
      await store().link(identity, user('u'), NOW);
      expect(await store().decide(identity, NOW)).toBe(true);
      expect(await store().decide(identity, NOW)).toBe(true);
      expect(await store().decide(identity, NOW - 1)).toBe(false);
      await Promise.all([3, 1, 2].map((later) => store().decide(identity, NOW + later)));
      expect(await store().decide(identity, NOW + 2)).toBe(false);
      expect(await store().decide(identity, NOW + 3)).toBe(true);
    });
  });
}
