import { describe, expect, test } from 'vitest';
import { BACKOFF_MEMORY_SECONDS, type BackoffStore, takeAttempt } from '../../lambdas/attempts/backoff.ts';
import { NOW } from '../support/tenants.ts';

const subject = (freeAttempts: number) => ({ id: crypto.randomUUID(), freeAttempts });
const outcomes = async (attempts: readonly Promise<void>[]) =>
  (await Promise.allSettled(attempts)).map((result) =>
    result.status === 'fulfilled' ? 'taken' : (result.reason as { code: string }).code,
  );

/** What every {@link BackoffStore} does. */
export function backoffStoreContract(store: () => BackoffStore): void {
  describe('counted attempts', () => {
    test('20 attempts at once count exactly 20', async () => {
      const one = subject(50);
      expect(await outcomes(Array.from({ length: 20 }, () => takeAttempt(store(), one, NOW)))).toEqual(
        Array.from({ length: 20 }, () => 'taken'),
      );
      expect(await store().read(one.id, NOW)).toEqual({ failures: 20, blockedUntil: NOW });
    });

    test('of 20 attempts at once exactly the free ones are taken', async () => {
      const one = subject(5);
      const results = await outcomes(Array.from({ length: 20 }, () => takeAttempt(store(), one, NOW)));
      expect(results.filter((result) => result === 'taken')).toHaveLength(5);
      expect(results.filter((result) => result === 'rate_limited')).toHaveLength(15);
      expect((await store().read(one.id, NOW)).failures).toBe(5);
    });

    test('a write that expects another number of failures changes nothing', async () => {
      const one = subject(5);
      const next = { failures: 9, blockedUntil: NOW };
      expect(await store().replace(one.id, 1, next, NOW)).toBe(false);
      expect(await store().replace(one.id, 0, next, NOW)).toBe(true);
      expect(await store().replace(one.id, 0, { failures: 1, blockedUntil: NOW }, NOW)).toBe(false);
      expect(await store().read(one.id, NOW)).toEqual(next);
    });

    test('a blocked subject is told when to come back, and is let in then', async () => {
      const one = subject(1);
      await takeAttempt(store(), one, NOW);
      const { blockedUntil } = await store().read(one.id, NOW);
      await expect(takeAttempt(store(), one, NOW)).rejects.toMatchObject({
        code: 'rate_limited',
        retryAfterSeconds: blockedUntil - NOW,
      });
      await expect(takeAttempt(store(), one, blockedUntil - 1)).rejects.toMatchObject({
        retryAfterSeconds: 1,
      });
      await takeAttempt(store(), one, blockedUntil);
      expect((await store().read(one.id, blockedUntil)).failures).toBe(2);
    });

    test('an attempt while blocked neither counts nor prolongs the block', async () => {
      const one = subject(1);
      await takeAttempt(store(), one, NOW);
      const before = await store().read(one.id, NOW);
      await outcomes(Array.from({ length: 5 }, () => takeAttempt(store(), one, NOW)));
      expect(await store().read(one.id, NOW)).toEqual(before);
    });

    test('a success clears everything', async () => {
      const one = subject(5);
      for (let attempt = 0; attempt < 5; attempt += 1) await takeAttempt(store(), one, NOW);
      await expect(takeAttempt(store(), one, NOW)).rejects.toMatchObject({ code: 'rate_limited' });
      await store().clear(one.id);
      expect(await store().read(one.id, NOW)).toEqual({ failures: 0, blockedUntil: 0 });
      await takeAttempt(store(), one, NOW);
      expect((await store().read(one.id, NOW)).failures).toBe(1);
    });

    test('what is past its time is ignored although it has not been deleted yet', async () => {
      const one = subject(1);
      await takeAttempt(store(), one, NOW);
      const later = NOW + BACKOFF_MEMORY_SECONDS;
      expect((await store().read(one.id, later - 1)).failures).toBe(1);
      expect(await store().read(one.id, later)).toEqual({ failures: 0, blockedUntil: 0 });
      await takeAttempt(store(), one, later);
      expect((await store().read(one.id, later)).failures).toBe(1);
    });
  });
}
