import * as z from 'zod';
import type { Deployment } from '../contract/deployment.ts';
import { Problem } from '../kernel/problem.ts';
import { Redirect, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { continuePage } from '../pages/continue-page.ts';
import type { PageSettings } from '../pages/page.ts';
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
const FAULTS = {
  access_denied: 'cancelled',
  sign_in_refused: 'providerRefused',
  unavailable: 'providerDown',
} as const;

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
      const location = await beginSignIn(provider, beginning, origin, providerSignIn).catch(
        withPage(provider, (fault) => again(csrfToken(secret), fault)),
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
      const flow = await resumeFlow(provider, query, secret, providerSignIn).catch((error: unknown) => {
        if (!(error instanceof Problem) || error.code !== 'stale_form') throw error;
        const page = pageAgain(visitOf({}, request, pages), deployment)(csrf, 'expired');
        throw new Problem('stale_form', { page });
      });
      const { goesTo, uiLocales, state } = flow;
      const visit = visitOf(
        { continue: goesTo ?? undefined, ui_locales: uiLocales ?? undefined },
        request,
        pages,
      );
      const back = { answer: { ...query, state }, secret };
      const renewed = await completeSignIn(provider, back, origin, providerSignIn).catch(
        withPage(provider, (fault) => pageAgain(visit, deployment)(csrf, fault)),
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

/** Rethrows an error, with the sign-in page where that has words for it. */
function withPage({ signIn }: SignInProvider, page: (fault: SignInFault) => ReturnType<typeof signInPage>) {
  return (error: unknown): never => {
    if (!(error instanceof Problem) || !Object.hasOwn(FAULTS, error.code)) throw error;
    const { code, cause, message, retryAfterSeconds } = error;
    const what = FAULTS[code as keyof typeof FAULTS];
    throw new Problem(code, {
      message,
      cause,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      page: page({ provider: signIn.label, what }),
    });
  };
}
