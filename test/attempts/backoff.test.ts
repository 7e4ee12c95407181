import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BACKOFF_MEMORY_SECONDS,
  type BackoffStore,
  delaySeconds,
  loginSubjects,
  takeAttempt,
} from '../../lambdas/attempts/backoff.ts';

test('one account from one place does not block it from another', () => {
  const [here] = loginSubjects('ada@example.com', '192.0.2.1');
  const [there, anywhere] = loginSubjects('ada@example.com', '192.0.2.2');
  expect(new Set([here?.id, there?.id, anywhere?.id]).size).toBe(3);
  expect(loginSubjects('ada@example.com', '192.0.2.1')[1]).toEqual(anywhere);
  expect(JSON.stringify([here, there, anywhere])).not.toMatch(/ada|192\.0/);
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

test('an attempt that others always overtake is given up, and told to come again', async () => {
  let [tries, paused] = [0, 0];
  const overtaken: BackoffStore = {
    read: async () => ({ failures: tries, blockedUntil: 0 }),
    replace: async () => {
      tries += 1;
      if (tries > 1000) throw new Error('it goes on for ever');
      return false;
    },
    clear: async () => undefined,
  };
  const pause = async (milliseconds: number) => void (paused += milliseconds);
  await expect(takeAttempt(overtaken, { id: 'one', freeAttempts: 10 }, 1, { pause })).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterSeconds: 1,
  });
  expect(tries).toBe(25);
  // A login has two subjects, and its function ten seconds.
  expect(paused).toBeLessThan(4_000);
});
