import { expect, test } from 'vitest';
import { newestKeyAge, type PublicKey } from '../../lambdas/signing/control-facts.ts';

const key = (given: Partial<PublicKey>): PublicKey => ({
  kid: 'k',
  use: 'token',
  algorithm: 'ES256',
  ...given,
});
const facts = (...keys: PublicKey[]) => ({ version: 1, keys, revokedKids: new Set<string>() });

test('the age of the signing keys is that of the newest, by the time at which it was made', () => {
  const keys = [key({ createdAt: 100, signsFrom: 700 }), key({ createdAt: 500, signsFrom: 1100 })];
  expect(newestKeyAge(facts(...keys), 1500)).toBe(1000);
  expect(newestKeyAge(facts(key({ signsFrom: 700 })), 1500)).toBe(800);
});

test('no key is as old as can be: the alarm rings for a rotation that never came', () => {
  expect(newestKeyAge(facts(), 1_800_000_000)).toBe(1_800_000_000);
});
