import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashRecoveryCode, newRecoveryCodes } from '../../lambdas/factors/recovery-codes.ts';
import { newTotpSecret, readTotpCode, stepOf, totpCode, totpUri } from '../../lambdas/factors/totp.ts';

/** RFC 6238, appendix B, SHA-1: the secret is the ASCII text `12345678901234567890`; the last six of its eight digits. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const VECTORS = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const;

describe('the codes of an app', () => {
  test.each(VECTORS)('at %i it is %s (RFC 6238, appendix B)', (time, code) => {
    expect(totpCode(SECRET, Math.floor(time / 30))).toBe(code);
    expect(stepOf(code, SECRET, 0, time)).toBe(Math.floor(time / 30));
  });

  test('are taken a step early and a step late, and no more', () => {
    const now = 3000;
    const taken = [-2, -1, 0, 1, 2].map((off) => stepOf(totpCode(SECRET, 100 + off), SECRET, 0, now));
    expect(taken).toEqual([undefined, 99, 100, 101, undefined]);
  });

  test('are worth nothing once they, or a later one, were used', () => {
    for (const last of [100, 101, 5000])
      expect(stepOf(totpCode(SECRET, 100), SECRET, last, 3000)).toBeUndefined();
    expect(stepOf(totpCode(SECRET, 101), SECRET, 100, 3000)).toBe(101);
  });

  test('are read as people type them, and nothing else is', () => {
    expect(['123456', '123 456', ' 1 2 3 4 5 6 '].map(readTotpCode)).toEqual(Array(3).fill('123456'));
    expect(['12345', '1234567', 'ABCDEF', '１２３４５６', ''].map(readTotpCode)).toEqual(
      Array(5).fill(undefined),
    );
  });

  test('whatever is typed, a wrong code is none', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (typed) => {
        const isRight = [99, 100, 101].some((step) => totpCode(SECRET, step) === typed);
        expect(stepOf(typed, SECRET, 0, 3000) !== undefined).toBe(isRight);
      }),
    );
  });

  test('a secret has 160 bits in base32, and the URI is what apps read', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    const uri = new URL(totpUri({ secret, service: 'Acme: Memory & more', email: 'ada+x@example.com' }));
    expect(uri.href).toContain('otpauth://totp/Acme%20%20Memory%20%26%20more:ada%2Bx%40example.com?');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret,
      issuer: 'Acme: Memory & more',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});

describe('recovery codes', () => {
  test('are ten, each of more than 112 bits, and read however they are typed', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^[A-HJKMNP-TV-Z2-9]{6}(-[A-HJKMNP-TV-Z2-9]{6}){3}$/);
      expect(hashRecoveryCode(code.toLowerCase().replaceAll('-', ' '))).toBe(hashRecoveryCode(code));
    }
    expect(new Set(codes.map(hashRecoveryCode)).size).toBe(10);
  });
});
