import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { requireStrongPassword } from '../../lambdas/people/password-strength.ts';

const EMAIL = 'ada.lovelace@example.com';
const reasonOf = async (password: string) => {
  try {
    await requireStrongPassword(password, EMAIL, 'new_password');
    return 'taken';
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_field', fields: [{ field: 'new_password' }] });
    return (error as Error).message;
  }
};

describe('a new password', () => {
  test.each([
    ['aaaaaaaa', 'it repeats one character'],
    ['00000000', 'it repeats one character'],
    ['        ', 'it repeats one character'],
    ['\0'.repeat(8), 'it repeats one character'],
    ['a'.repeat(256), 'it repeats one character'],
    ['abcabcabc', 'it repeats a part of itself'],
    ['abcdefgh', 'it is a sequence'],
    ['87654321', 'it is'],
    ['qwertyuiop', 'it is one of the most common passwords'],
    ['zxcvfdsa', 'easy to guess'],
    ['password1', 'it is a common password'],
    ['PassWord1', 'it is a common password'],
    ['P@ssw0rd', 'common password'],
    ['20010203', 'it is a date'],
    ['31.12.1999', 'it is a date'],
    [EMAIL, 'it is made of your e-mail address'],
    ['ada.lovelace', 'it is made of your e-mail address'],
    ['Lovelace1', 'it is made of your e-mail address'],
  ])('%j is refused, with the reason', async (password, reason) => {
    expect(await reasonOf(password)).toContain(reason);
    expect(await reasonOf(password)).toMatch(/^new_password: is easy to guess: .*Choose a longer one/);
  });

  test.each([
    'YourSecurePassword123!',
    'correct horse battery staple',
    'another-long-one',
    'kV9#tq2z',
    '日本語のパスワード',
    'zebra lamp',
    'Ich esse 3 Äpfel',
  ])('%s is taken', async (password) => {
    expect(await reasonOf(password)).toBe('taken');
  });

  test('is judged alike however its characters are composed', async () => {
    const password = 'übungen für später';
    expect(await reasonOf(password.normalize('NFD'))).toBe(await reasonOf(password));
  });

  test('costs little time whatever it is made of', async () => {
    await reasonOf('warm up');
    for (const alphabet of ['1', '0123456789', '4@8({[<369&#!1|0$5+7%2', 'vVwWmM\\/|nN', 'ab', 'abc123!@$']) {
      const password = Array.from(
        { length: 256 },
        (_, index) => alphabet[(index * index * 7 + index) % alphabet.length],
      ).join('');
      const before = performance.now();
      await reasonOf(password);
      expect(performance.now() - before).toBeLessThan(3_000);
    }
  });
});
