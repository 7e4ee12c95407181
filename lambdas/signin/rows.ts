import * as z from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import { Redirect, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { ACCOUNT_PATH } from '../pages/account-page.ts';
import { continuePage } from '../pages/continue-page.ts';
import type { PageSettings } from '../pages/page.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import {
  providerRequiredPage,
  type SignInFault,
  signedInPage,
  signedOutPage,
  signInPage,
  signOutPage,
} from '../pages/sign-in-page.ts';
import { pageVisit, uiLocales } from '../pages/visit.ts';
import { parseEmail } from '../people/email-address.ts';
import { requiredProvider } from '../people/required-provider.ts';
import { csrfToken } from './csrf.ts';
import { factorStep } from './factor-step.ts';
import { SIGN_IN_COOKIE, SIGN_IN_COOKIES, type SignIns } from './sign-in.ts';
import {
  browserCookie,
  type ClosedSignIns,
  newSecret,
  type SignInContext,
  secretOf,
  signIn,
  signInCookie,
  signOut,
} from './sign-ins.ts';
import { carried, csrfField, requireForm, shownProviders, visitOf } from './visit.ts';

/** The services of its rows in the function `accounts`. */
export interface SignInServices {
  readonly signIn: SignInContext;
  readonly signIns: SignIns;
  readonly closedSignIns: ClosedSignIns;
  readonly pages: PageSettings;
}

const success = {
  status: 200,
  kind: 'html',
  description: 'The page.',
  setsCookies: SIGN_IN_COOKIES,
} as const;

/** Errors that the form says itself, and its words for them. */
const FAULTS: Readonly<Partial<Record<ErrorCode, SignInFault>>> = {
  wrong_password: 'wrong',
  suspended_tenant: 'suspended',
  email_unverified: 'unverified',
};

const group = routeGroup<SignInServices>()({ service: 'accounts', tag: 'Pages' });

export const signInRoutes = group.rows({
  showSignIn: group.public({
    method: 'GET',
    path: '/sign-in',
    page: true,
    summary: 'The page on which people sign in',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ ...carried, login_hint: z.string().max(254).optional() }),
    success,
    alternatives: [ELSEWHERE],
    errors: [],
    handle: async ({ query, cookies, ...request }, services) => {
      const { signIns, closedSignIns, pages } = services;
      const { deployment, secondFactor } = services.signIn;
      const { context, parameters, goesTo } = visitOf(query, request, pages);
      const [secret, signedIn] = [secretOf(cookies) ?? newSecret(), await signIns.current(cookies)];
      if (signedIn !== undefined && goesTo === undefined) return signedInPage(context, signedIn);
      if (goesTo === undefined && (await closedSignIns.closed(cookies)) !== undefined)
        return new Redirect(context.base + ACCOUNT_PATH);
      const page = signInPage(context, {
        csrf: csrfToken(secret),
        parameters,
        email: query.login_hint ?? signedIn?.email ?? '',
        providers: shownProviders(deployment),
        offersPasskeys: secondFactor.party !== null,
        ...(signedIn === undefined ? {} : { signedInAs: signedIn.email }),
      });
      return secretOf(cookies) === undefined ? new WithCookies(page, browserCookie(secret)) : page;
    },
  }),
  signIn: group.public({
    method: 'POST',
    path: '/sign-in',
    page: true,
    summary: 'Sign in with a browser',
    description: 'What the page sends. It answers with a page that goes on by itself.',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({
      ...carried,
      ...csrfField,
      email: z.string().max(254),
      password: z.string().min(1).max(256),
    }),
    success,
    errors: [
      'wrong_password',
      'suspended_tenant',
      'email_unverified',
      'provider_required',
      'rate_limited',
      'stale_form',
    ],
    handle: async ({ body, cookies, origin, ...request }, { signIn: signInContext, pages }) => {
      const { context, parameters, goesTo = '/sign-in' } = visitOf(body, request, pages);
      const providers = shownProviders(signInContext.deployment);
      const secret = requireForm(cookies, body.csrf, (csrf) =>
        signInPage(context, { parameters, csrf, email: '', providers, fault: 'expired' }),
      );
      const form = { parameters, csrf: csrfToken(secret), email: body.email, providers };
      const again = (fault: SignInFault) => signInPage(context, { ...form, fault });
      const address = parseEmail(body.email);
      if (!('email' in address)) throw new Problem('wrong_password', { page: again('wrong') });
      const provider = requiredProvider(address.email, signInContext.deployment);
      if (provider !== undefined) {
        const led = { parameters, csrf: csrfToken(secret), email: address.email, provider };
        throw new Problem('provider_required', { page: providerRequiredPage(context, led) });
      }
      const credentials = { email: address.email, password: body.password };
      const progress = await withProblemPage(
        signIn(credentials, secret, origin, signInContext),
        ({ code }) => FAULTS[code] && again(FAULTS[code]),
      );
      if (progress.step !== 'signed in')
        return factorStep(progress, { context, parameters }, signInContext.secondFactor);
      return new WithCookies(continuePage(context, { location: goesTo }), signInCookie(progress.secret));
    },
  }),
  showSignOut: group.public({
    method: 'GET',
    path: '/sign-out',
    page: true,
    summary: 'The page on which people sign out',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ ui_locales: uiLocales }),
    success,
    alternatives: [ELSEWHERE],
    errors: [],
    handle: async ({ query, cookies, ...request }, { signIns, pages }) => {
      const { context } = pageVisit(query, request, pages);
      const signedIn = await signIns.current(cookies);
      return signedIn === undefined ? signedOutPage(context) : signOutPage(context, signedIn);
    },
  }),
  signOut: group.public({
    method: 'POST',
    path: '/sign-out',
    page: true,
    summary: 'Sign out with a browser',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({ ui_locales: uiLocales, ...csrfField }),
    success,
    errors: ['stale_form'],
    handle: async ({ body, cookies, origin, ...request }, { signIn: context, pages }) => {
      const { context: pageContext } = pageVisit(body, request, pages);
      const secret = requireForm(cookies, body.csrf, (csrf) => signOutPage(pageContext, { csrf }));
      await signOut(secret, origin, context);
      return new WithCookies(signedOutPage(pageContext), HostCookie.forgotten(SIGN_IN_COOKIE));
    },
  }),
});
