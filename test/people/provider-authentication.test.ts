import { expect, test } from 'vitest';
import { providerAuthentication } from '../../lambdas/people/provider-authentication.ts';

test.each([
  ['what the provider says', { auth_time: 900, iat: 990, amr: ['pwd', 'mfa'] }, 900, ['pwd', 'mfa']],
  ['when it vouched for the person, where it says no more', { iat: 990 }, 990, []],
  ['never the future', { auth_time: 5000 }, 1000, []],
  ['whole seconds', { auth_time: 900.7 }, 900, []],
  ['long ago, where nothing is said', {}, 0, []],
  ['long ago, for what is no time', { auth_time: '900', iat: -5 }, 0, []],
  ['no methods that are none', { iat: 1, amr: ['otp', 7, '', 'a b', 'x'.repeat(33)] }, 1, ['otp']],
  ['no methods of another form', { iat: 1, amr: 'pwd' }, 1, []],
  ['ten methods at most', { iat: 1, amr: Array(11).fill('otp') }, 1, Array(10).fill('otp')],
])('of a provider’s sign-in is kept %s', (_what, claims, authTime, amr) => {
  expect(providerAuthentication({ claims }, 1000)).toEqual({ authTime, amr });
});
