import { expect, test } from 'vitest';
import { csrfToken, requireCsrf } from '../../lambdas/signin/csrf.ts';
import { newSecret } from '../../lambdas/signin/sign-ins.ts';

const token = csrfToken(newSecret());
const codeOf = (expected: string | undefined, given: string | undefined) => {
  try {
    requireCsrf(expected, given);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a form is taken with the token of its browser alone', () => {
  expect(codeOf(token, token)).toBe('taken');
  for (const other of [undefined, '', 'x', token.slice(1), `${token}x`, csrfToken(newSecret())])
    expect(codeOf(token, other)).toBe('stale_form');
});

test('where there is no cookie no form is taken, not even one without a token', () => {
  expect([codeOf(undefined, undefined), codeOf(undefined, ''), codeOf(undefined, token)]).toEqual(
    Array(3).fill('stale_form'),
  );
});

test('a token tells nothing of the secret, and is the same for the same one', () => {
  const secret = newSecret();
  expect(csrfToken(secret)).toBe(csrfToken(secret));
  expect(csrfToken(secret)).not.toContain(secret);
});
