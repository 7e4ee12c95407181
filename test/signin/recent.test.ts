import { expect, test } from 'vitest';
import { Redirect } from '../../lambdas/kernel/results.ts';
import { pageContext } from '../../lambdas/pages/page.ts';
import { requireRecentSignIn, requireSignIn } from '../../lambdas/signin/recent.ts';
import type { SignedIn } from '../../lambdas/signin/sign-in.ts';
import { PLAIN } from '../pages/rendered-pages.ts';
import { AUTHENTICATION, NOW } from '../support/tenants.ts';

const context = pageContext({ branding: PLAIN, url: 'https://api.example.com/prod' }, { acceptLanguage: '' });
const page = { context, continueAt: '/device?user_code=WDJB' };
const signedIn: SignedIn = {
  ...AUTHENTICATION,
  signInId: 's',
  tenantId: 't',
  userId: 'u',
  userVersion: 0,
  email: 'ada@example.com',
  role: 'admin',
  workspaceId: 'w',
  csrf: 'c',
};
const toSignIn = new Redirect('/prod/sign-in?continue=%2Fdevice%3Fuser_code%3DWDJB');

test('who has signed in within ten minutes goes on, and everybody else signs in and comes back', () => {
  expect(requireRecentSignIn(signedIn, page, NOW + 600)).toBe(signedIn);
  expect(requireRecentSignIn(signedIn, page, NOW + 601)).toEqual(toSignIn);
  expect(requireRecentSignIn(undefined, page, NOW)).toEqual(toSignIn);
  expect(requireSignIn(signedIn, page)).toBe(signedIn);
  expect(requireSignIn(undefined, page)).toEqual(toSignIn);
});
