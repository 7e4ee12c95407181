import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BACKOFF_MEMORY_SECONDS,
  delaySeconds,
  loginSubjects,
  takeAttempt,
} from '../../lambdas/attempts/backoff.ts';
import { DynamoBackoffStore } from '../../lambdas/attempts/backoff-store.ts';
import { backoffKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
let backoff: DynamoBackoffStore;
beforeAll(async () => {
  store = await startStore();
  backoff = new DynamoBackoffStore(store.table);
});
afterAll(() => store.stop());

const subject = (freeAttempts: number) => ({ id: crypto.randomUUID(), freeAttempts });
const outcomes = async (attempts: readonly Promise<void>[]) =>
  (await Promise.allSettled(attempts)).map((result) =>
    result.status === 'fulfilled' ? 'taken' : (result.reason as { code: string }).code,
  );

describe('failed logins', () => {
  test('20 attempts at once count exactly 20', async () => {
    const one = subject(50);
    expect(await outcomes(Array.from({ length: 20 }, () => takeAttempt(backoff, one, NOW)))).toEqual(
      Array.from({ length: 20 }, () => 'taken'),
    );
    expect(await backoff.read(one.id, NOW)).toEqual({ failures: 20, blockedUntil: NOW });
  });

  test('of 20 attempts at once exactly the free ones are taken', async () => {
    const one = subject(5);
    const results = await outcomes(Array.from({ length: 20 }, () => takeAttempt(backoff, one, NOW)));
    expect(results.filter((result) => result === 'taken')).toHaveLength(5);
    expect(results.filter((result) => result === 'rate_limited')).toHaveLength(15);
    expect((await backoff.read(one.id, NOW)).failures).toBe(5);
  });

  test('a blocked subject is told when to come back, and is let in then', async () => {
    const one = subject(1);
    await takeAttempt(backoff, one, NOW);
    const { blockedUntil } = await backoff.read(one.id, NOW);
    await expect(takeAttempt(backoff, one, NOW)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: blockedUntil - NOW,
    });
    await expect(takeAttempt(backoff, one, blockedUntil - 1)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    await takeAttempt(backoff, one, blockedUntil);
    expect((await backoff.read(one.id, blockedUntil)).failures).toBe(2);
  });

  test('an attempt while blocked neither counts nor prolongs the block', async () => {
    const one = subject(1);
    await takeAttempt(backoff, one, NOW);
    const before = await backoff.read(one.id, NOW);
    await outcomes(Array.from({ length: 5 }, () => takeAttempt(backoff, one, NOW)));
    expect(await backoff.read(one.id, NOW)).toEqual(before);
  });

  test('a success clears everything', async () => {
    const one = subject(5);
    for (let attempt = 0; attempt < 5; attempt += 1) await takeAttempt(backoff, one, NOW);
    await expect(takeAttempt(backoff, one, NOW)).rejects.toMatchObject({ code: 'rate_limited' });
    await backoff.clear(one.id);
    expect(await backoff.read(one.id, NOW)).toEqual({ failures: 0, blockedUntil: 0 });
    await takeAttempt(backoff, one, NOW);
    expect((await backoff.read(one.id, NOW)).failures).toBe(1);
  });

  test('what is past its TTL is ignored although it has not been deleted yet', async () => {
    const one = subject(1);
    await takeAttempt(backoff, one, NOW);
    expect(await store.item(backoffKey(one.id))).toMatchObject({ ttl: N(NOW + BACKOFF_MEMORY_SECONDS) });
    const later = NOW + BACKOFF_MEMORY_SECONDS;
    expect((await backoff.read(one.id, later - 1)).failures).toBe(1);
    expect(await backoff.read(one.id, later)).toEqual({ failures: 0, blockedUntil: 0 });
    await takeAttempt(backoff, one, later);
    expect((await backoff.read(one.id, later)).failures).toBe(1);
  });

  test('one account from one place does not block it from another', async () => {
    const [here] = loginSubjects('ada@example.com', '192.0.2.1');
    const [there, anywhere] = loginSubjects('ada@example.com', '192.0.2.2');
    expect(new Set([here?.id, there?.id, anywhere?.id]).size).toBe(3);
    expect(loginSubjects('ada@example.com', '192.0.2.1')[1]).toEqual(anywhere);
    expect(JSON.stringify([here, there, anywhere])).not.toMatch(/ada|192\.0/);
  });
});

test('the pause doubles with each costly attempt, never shrinks and never exceeds a quarter of an hour', () => {
  expect([-2, -1, 0, 1, 2, 3].map(delaySeconds)).toEqual([0, 0, 2, 4, 8, 16]);
  fc.assert(
    fc.property(fc.integer({ min: -100, max: 5000 }), (attempts) => {
      const delay = delaySeconds(attempts);
      expect(Number.isSafeInteger(delay)).toBe(true);
      expect(delay).toBeLessThanOrEqual(900);
      expect(delay).toBeLessThan(BACKOFF_MEMORY_SECONDS);
      expect(delaySeconds(attempts + 1)).toBeGreaterThanOrEqual(delay);
    }),
  );
});
