import { expect, test } from 'vitest';
import { placeOf } from '../../lambdas/attempts/source.ts';
import { networkOf } from '../../lambdas/kernel/address.ts';

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
