import { expect, test, vi } from 'vitest';
import { healthCheck } from '../../lambdas/status/health.ts';

const ok = async () => undefined;
const fails = () => Promise.reject(new Error('of a secret host'));

test('all checks are asked at most every five seconds, and what fails is named without its cause', async () => {
  let at = 0;
  let asked = 0;
  let store = ok;
  const database = () => {
    asked += 1;
    return store();
  };
  const check = healthCheck({ database, signing_keys: ok }, () => at);
  await Promise.all([check(), check()]);
  expect(asked).toBe(1);
  store = fails;
  at = 4999;
  await check();
  at = 5000;
  await expect(check()).rejects.toMatchObject({ code: 'unavailable', message: 'Not healthy: database.' });
  expect(asked).toBe(2);
  store = ok;
  at = 10_000;
  await check();
});

test('a part that hangs is given up after two seconds', async () => {
  vi.useFakeTimers();
  try {
    const check = healthCheck({ database: () => new Promise(() => undefined), signing_keys: fails });
    const refused = expect(check()).rejects.toThrow('Not healthy: database, signing_keys.');
    await vi.advanceTimersByTimeAsync(2000);
    await refused;
  } finally {
    vi.useRealTimers();
  }
});
