import { expect, test } from 'vitest';
import { countingFailures, placeOf, refreshLimit } from '../../lambdas/attempts/source.ts';
import type { AddressLimits } from '../../lambdas/contract/deployment.ts';
import { networkOf } from '../../lambdas/kernel/address.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW } from '../support/tenants.ts';

test.each([
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['unreadable', 'another', false],
])('%s and %s are one source: %s', (one, other, same) => {
  expect(networkOf(one) === networkOf(other)).toBe(same);
});

test('neither an account nor an address can be read off a place', () => {
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toMatch(/ada|192/);
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toBe(placeOf('ada@example.com', '192.0.2.2'));
});

test('what fails for a guess counts against its address, and tells of the limit; what is right, or fails else, does not', async () => {
  const { sources } = memoryStores();
  const limit = refreshLimit({ failedRefreshesPerTenMinutes: 2 } as AddressLimits);
  const attempt = (outcome: Promise<string>) =>
    countingFailures(outcome, { store: sources, address: '192.0.2.1', limit, now: NOW });
  const guess = () => attempt(Promise.reject(new Problem('invalid_grant')));
  for (let count = 0; count < 5; count += 1) {
    expect(await attempt(Promise.resolve('right'))).toBe('right');
    await expect(attempt(Promise.reject(new Problem('unavailable')))).rejects.toMatchObject({
      code: 'unavailable',
    });
  }
  for (const code of ['invalid_grant', 'invalid_grant', 'rate_limited', 'rate_limited'])
    await expect(guess()).rejects.toMatchObject({ code });
  expect(await attempt(Promise.resolve('right'))).toBe('right');
});
