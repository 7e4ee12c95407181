import * as z from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { type Html, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { continuePage } from '../pages/continue-page.ts';
import { type PageContext, type PageSettings, pageContext } from '../pages/page.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import {
  type SignInPage,
  signedInPage,
  signedOutPage,
  signInPage,
  signOutPage,
} from '../pages/sign-in-page.ts';
import { parseEmail } from '../people/email-address.ts';
import { csrfToken, isSameToken } from './csrf.ts';
import { continuePath } from './paths.ts';
import { SIGN_IN_COOKIE, SIGN_IN_COOKIES, type SignInCookies, type SignIns } from './sign-in.ts';
import {
  browserCookie,
  newSecret,
  type SignInContext,
  secretOf,
  signIn,
  signInCookie,
  signOut,
} from './sign-ins.ts';

/** The services of its rows in the function `accounts`. */
export interface SignInServices {
  readonly signIn: SignInContext;
  readonly signIns: SignIns;
  readonly pages: PageSettings;
}

/** A URL of ours with all that an authorization request may hold. */
const MAX_PATH_LENGTH = 8192;

const carried = {
  continue: z.string().max(MAX_PATH_LENGTH).optional().describe('The path to go on to: one of our pages.'),
  ui_locales: z
    .string()
    .max(256)
    .optional()
    .describe('Languages, best first (OpenID Connect Core, 3.1.2.1).'),
};

/** What a form of ours sends. A browser sends fields that were left empty. */
const form = { csrf: z.string().max(64).optional().describe('As the form has it.') };

const success = {
  status: 200,
  kind: 'html',
  description: 'The page.',
  setsCookies: SIGN_IN_COOKIES,
} as const;

/** Errors that the form says itself, and its words for them. */
const FAULTS = {
  wrong_password: 'wrong',
  suspended_tenant: 'suspended',
  email_unverified: 'unverified',
} as const;

function isFault(code: ErrorCode): code is keyof typeof FAULTS {
  return Object.hasOwn(FAULTS, code);
}

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
    handle: async ({ query, cookies, ...request }, { signIns, pages }) => {
      const { context, parameters, goesTo } = visitOf(query, request, pages);
      const [secret, signedIn] = [secretOf(cookies) ?? newSecret(), await signIns.current(cookies)];
      if (signedIn !== undefined && goesTo === undefined) return signedInPage(context, signedIn);
      const page = signInPage(context, {
        csrf: csrfToken(secret),
        parameters,
        email: query.login_hint ?? signedIn?.email ?? '',
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
      ...form,
      email: z.string().max(254),
      password: z.string().min(1).max(256),
    }),
    success,
    errors: ['wrong_password', 'suspended_tenant', 'email_unverified', 'rate_limited', 'stale_form'],
    handle: async ({ body, cookies, origin, ...request }, { signIn: signInContext, pages }) => {
      const { context, parameters, goesTo = '/sign-in' } = visitOf(body, request, pages);
      const secret = requireForm(cookies, body.csrf, (csrf) =>
        signInPage(context, { parameters, csrf, email: '', fault: 'expired' }),
      );
      const refused = (code: keyof typeof FAULTS) => {
        const again = { parameters, csrf: csrfToken(secret), email: body.email, fault: FAULTS[code] };
        return new Problem(code, { page: signInPage(context, again) });
      };
      const address = parseEmail(body.email);
      if (!('email' in address)) throw refused('wrong_password');
      const credentials = { email: address.email, password: body.password };
      const renewed = await signIn(credentials, secret, origin, signInContext).catch((error: unknown) => {
        const code = error instanceof Problem ? error.code : undefined;
        throw code !== undefined && isFault(code) ? refused(code) : error;
      });
      return new WithCookies(continuePage(context, { location: goesTo }), signInCookie(renewed));
    },
  }),
  showSignOut: group.public({
    method: 'GET',
    path: '/sign-out',
    page: true,
    summary: 'The page on which people sign out',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ ui_locales: carried.ui_locales }),
    success,
    alternatives: [ELSEWHERE],
    errors: [],
    handle: async ({ query, cookies, ...request }, { signIns, pages }) => {
      const { context } = visitOf(query, request, pages);
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
    body: z.object({ ui_locales: carried.ui_locales, ...form }),
    success,
    errors: ['stale_form'],
    handle: async ({ body, cookies, origin, ...request }, { signIn: context, pages }) => {
      const { context: pageContext } = visitOf(body, request, pages);
      const secret = requireForm(cookies, body.csrf, (csrf) => signOutPage(pageContext, { csrf }));
      await signOut(secret, origin, context);
      return new WithCookies(signedOutPage(pageContext), HostCookie.forgotten(SIGN_IN_COOKIE));
    },
  }),
});

/** What the rows read of a request: where the person wants to go, and in which language. */
function visitOf(
  {
    continue: given,
    ui_locales,
  }: { readonly continue?: string | undefined; readonly ui_locales?: string | undefined },
  request: { readonly acceptLanguage: string },
  pages: PageSettings,
): {
  readonly context: PageContext;
  readonly parameters: SignInPage['parameters'];
  readonly goesTo?: string;
} {
  const goesTo = continuePath(given);
  if (given !== undefined && goesTo === undefined)
    throw invalidField('continue', 'must be the path of one of our pages that asks for a sign-in');
  // The language that the client asked for stands in its own request.
  const asked = ui_locales ?? parametersOf(goesTo).get('ui_locales') ?? undefined;
  return {
    context: pageContext(pages, request, asked),
    parameters: {
      ...(goesTo === undefined ? {} : { continue: goesTo }),
      ...(ui_locales === undefined ? {} : { ui_locales }),
    },
    ...(goesTo === undefined ? {} : { goesTo }),
  };
}

function parametersOf(path = ''): URLSearchParams {
  return new URLSearchParams(path.split('?').slice(1).join('?'));
}

/**
 * The secret of the browser whose form it is. Throws `stale_form` with the form anew, or with a plain page for a browser
 * that sent no cookie: another site may have submitted the form, and must not have the cookie that there is replaced.
 */
function requireForm(cookies: SignInCookies, csrf: string | undefined, anew: (csrf: string) => Html): string {
  const secret = secretOf(cookies);
  if (secret === undefined) throw new Problem('stale_form');
  const token = csrfToken(secret);
  if (!isSameToken(token, csrf)) throw new Problem('stale_form', { page: anew(token) });
  return secret;
}
