import * as z from 'zod';
import type { Deployment } from '../contract/deployment.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { Problem } from '../kernel/problem.ts';
import { type Html, Redirect, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { continuePage } from '../pages/continue-page.ts';
import type { PageSettings } from '../pages/page.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import { type SignInFault, signInPage } from '../pages/sign-in-page.ts';
import { csrfToken } from '../signin/csrf.ts';
import { SIGN_IN_COOKIES, type SignIns } from '../signin/sign-in.ts';
import { secretOf, signInCookie } from '../signin/sign-ins.ts';
import { carried, csrfField, requireForm, shownProviders, type Visit, visitOf } from '../signin/visit.ts';
import {
  beginSignIn,
  completeSignIn,
  findProvider,
  type ProviderSignInContext,
  resumeFlow,
  type SignInProvider,
} from './sign-in.ts';

/** The services of its rows in the function `tokens`. */
export interface ProviderServices {
  readonly providerSignIn: ProviderSignInContext & { readonly deployment: Deployment };
  readonly signIns: SignIns;
  readonly pages: PageSettings;
}

/** Characters of a code or an issuer: both stand in a URL. */
const MAX_ANSWER_LENGTH = 4096;

const answered = z.string().max(MAX_ANSWER_LENGTH).optional();

/** Errors that the sign-in page says itself, and its words for them. */
const FAULTS: Readonly<Partial<Record<ErrorCode, 'cancelled' | 'providerRefused' | 'providerDown'>>> = {
  access_denied: 'cancelled',
  sign_in_refused: 'providerRefused',
  unavailable: 'providerDown',
};

const group = routeGroup<ProviderServices>()({ service: 'tokens', tag: 'Pages' });

export const providerRoutes = group.rows({
  beginProviderSignIn: group.public({
    method: 'POST',
    path: '/sign-in/{provider}',
    page: true,
    summary: 'Begin a sign-in with an identity provider',
    description:
      'What a button of the sign-in page sends. It answers with a page that goes on to the provider.',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({ ...carried, ...csrfField, login_hint: z.string().max(254).optional() }),
    success: { status: 200, kind: 'html', description: 'The page that goes on.' },
    errors: ['not_found', 'rate_limited', 'stale_form', 'unavailable'],
    handle: async ({ params, body, cookies, origin, ...request }, { providerSignIn, signIns, pages }) => {
      const provider = findProvider(params.provider ?? '', providerSignIn);
      const visit = visitOf(body, request, pages);
      const again = pageAgain(visit, providerSignIn.deployment);
      const secret = requireForm(cookies, body.csrf, (csrf) => again(csrf, 'expired'));
      const beginning = {
        secret,
        goesTo: visit.goesTo ?? null,
        uiLocales: body.ui_locales ?? null,
        loginHint: body.login_hint ?? null,
        // Who is signed in and asked again must not come in by what the provider remembers of them.
        asksAnew: (await signIns.current(cookies)) !== undefined,
      };
      const location = await withProblemPage(
        beginSignIn(provider, beginning, origin, providerSignIn),
        faultPage(provider, (fault) => again(csrfToken(secret), fault)),
      );
      return continuePage(visit.context, { location });
    },
  }),
  finishProviderSignIn: group.public({
    method: 'GET',
    path: '/sign-in/{provider}',
    page: true,
    summary: 'Come back from an identity provider (the redirect URI of its client)',
    description:
      'For browsers, with the answer of OpenID Connect Core 1.0, 3.1.2.5. It is taken once, and only from the browser ' +
      'that began.',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ state: answered, code: answered, iss: answered, error: answered }),
    success: {
      status: 302,
      kind: 'redirect',
      description:
        'The person is signed in, and goes on; or the way to this page at the host of its cookies.',
      setsCookies: SIGN_IN_COOKIES,
    },
    errors: ['access_denied', 'not_found', 'sign_in_refused', 'stale_form', 'unavailable'],
    handle: async ({ params, query, cookies, origin, ...request }, { providerSignIn, pages }) => {
      const provider = findProvider(params.provider ?? '', providerSignIn);
      const { deployment } = providerSignIn;
      const secret = secretOf(cookies);
      // Another site may have led here: a browser without a cookie is given none.
      if (secret === undefined) throw new Problem('stale_form');
      const csrf = csrfToken(secret);
      const flow = await withProblemPage(resumeFlow(provider, query, secret, providerSignIn), ({ code }) =>
        code === 'stale_form'
          ? pageAgain(visitOf({}, request, pages), deployment)(csrf, 'expired')
          : undefined,
      );
      const { goesTo, uiLocales, state } = flow;
      const visit = visitOf(
        { continue: goesTo ?? undefined, ui_locales: uiLocales ?? undefined },
        request,
        pages,
      );
      const back = { answer: { ...query, state }, secret };
      const renewed = await withProblemPage(
        completeSignIn(provider, back, origin, providerSignIn),
        faultPage(provider, (fault) => pageAgain(visit, deployment)(csrf, fault)),
      );
      const { base } = visit.context;
      return new WithCookies(new Redirect(base + (goesTo ?? '/sign-in')), signInCookie(renewed));
    },
  }),
});

/** The sign-in page of a visit anew, with what was wrong. */
function pageAgain({ context, parameters }: Visit, deployment: Deployment) {
  const providers = shownProviders(deployment);
  return (csrf: string, fault: SignInFault) =>
    signInPage(context, { csrf, parameters, email: '', providers, fault });
}

/** The sign-in page of a problem that it has words for. */
function faultPage({ signIn }: SignInProvider, again: (fault: SignInFault) => Html) {
  return ({ code }: Problem): Html | undefined => {
    const what = FAULTS[code];
    return what && again({ provider: signIn.label, what });
  };
}
