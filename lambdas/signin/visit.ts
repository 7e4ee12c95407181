import * as z from 'zod';
import type { Deployment } from '../contract/deployment.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import type { Html } from '../kernel/results.ts';
import { type PageSettings, pageContext } from '../pages/page.ts';
import type { ShownProvider } from '../pages/sign-in-page.ts';
import { type AskedLanguage, carriedLanguage, type PageVisit, uiLocales } from '../pages/visit.ts';
import { csrfToken, isSameToken } from './csrf.ts';
import { continuePath } from './paths.ts';
import type { SignInCookies } from './sign-in.ts';
import { secretOf } from './sign-ins.ts';

/** A URL of ours with all that an authorization request may hold. */
const MAX_PATH_LENGTH = 8192;

/** What leads on after a sign-in, in queries and in forms. */
export const carried = {
  continue: z.string().max(MAX_PATH_LENGTH).optional().describe('The path to go on to: one of our pages.'),
  ui_locales: uiLocales,
};

/** What a form of ours sends. A browser sends fields that were left empty. */
export const csrfField = { csrf: z.string().max(64).optional().describe('As the form has it.') };

/** What a page that people sign in on reads of a request; its forms carry along where to go on to, too. */
export interface Visit extends PageVisit {
  /** The path to go on to. */
  readonly goesTo?: string;
}

/** Where a person wants to go, and in which language. Throws `invalid_field` for a place that is none of ours. */
export function visitOf(
  asked: AskedLanguage & { readonly continue?: string | undefined },
  request: { readonly acceptLanguage: string },
  pages: PageSettings,
): Visit {
  const goesTo = continuePath(asked.continue);
  if (asked.continue !== undefined && goesTo === undefined)
    throw invalidField('continue', 'must be the path of one of our pages that asks for a sign-in');
  // The language that the client asked for stands in its own request.
  const language = asked.ui_locales ?? parametersOf(goesTo).get('ui_locales') ?? undefined;
  return {
    context: pageContext(pages, request, language),
    parameters: {
      ...(goesTo === undefined ? {} : { continue: goesTo }),
      ...carriedLanguage(asked),
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
export function requireForm(
  cookies: SignInCookies,
  csrf: string | undefined,
  anew: (csrf: string) => Html,
): string {
  const secret = secretOf(cookies);
  if (secret === undefined) throw new Problem('stale_form');
  const token = csrfToken(secret);
  if (!isSameToken(token, csrf)) throw new Problem('stale_form', { page: anew(token) });
  return secret;
}

/** The providers that the sign-in page offers. */
export function shownProviders({
  identityProviders,
}: Pick<Deployment, 'identityProviders'>): readonly ShownProvider[] {
  return identityProviders.flatMap(({ signIn }) => (signIn === null ? [] : [signIn]));
}
