import * as z from 'zod';
import { isLoopbackOnly, redirectHost } from '../clients/redirects.ts';
import type { ScopeDefinition } from '../contract/scopes.ts';
import { Redirect } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { type ConsentPage, consentPage } from '../pages/consent-page.ts';
import { continuePage } from '../pages/continue-page.ts';
import { type PageContext, type PageSettings, pageContext } from '../pages/page.ts';
import { signInPath } from '../signin/paths.ts';
import { SIGN_IN_COOKIES, type SignIns } from '../signin/sign-in.ts';
import { PARAMETERS } from './authorization-request.ts';
import { type AuthorizeContext, authorize, type ConsentQuestion, decide } from './authorize.ts';

/** The services of these rows in the function `tokens`. */
export interface AuthorizeServices {
  readonly authorize: AuthorizeContext;
  readonly signIns: SignIns;
  readonly pages: PageSettings;
}

/** Characters of a parameter: URLs and states are the longest, and all stand in one URL. */
const MAX_PARAMETER_LENGTH = 2048;

/** One without a value is as one that is not there (RFC 6749, 3.1). */
export const parameter = z
  .string()
  .max(MAX_PARAMETER_LENGTH)
  .transform((value) => (value === '' ? undefined : value))
  .optional();

const NONE = Object.fromEntries(PARAMETERS.map((name) => [name, parameter])) as Record<
  (typeof PARAMETERS)[number],
  typeof parameter
>;
const parameters = z.object(NONE);

/** What a consent page's form decides. */
export const decisionFields = {
  decision: z.enum(['allow', 'deny'], 'must be allow or deny').optional(),
  workspace_id: parameter,
  csrf: parameter,
};

const group = routeGroup<AuthorizeServices>()({ service: 'tokens', tag: 'OAuth' });

export const authorizeRoutes = group.rows({
  authorize: group.public({
    method: 'GET',
    path: '/authorize',
    summary: 'Ask a person to let a client act for them (OAuth 2.1, 4.1)',
    description:
      'For browsers. `response_type` is `code`, with PKCE by S256. Who is not signed in is sent to the sign-in, who has ' +
      'not agreed is asked; the answer goes to `redirect_uri`, always with `iss` (RFC 9207). An unknown client or ' +
      'redirect is told by a page.',
    page: true,
    advertised: { endpoint: 'authorization_endpoint' },
    query: parameters,
    takesCookies: SIGN_IN_COOKIES,
    success: { kind: 'html', status: 200, description: 'The question whether the person agrees.' },
    alternatives: [
      { kind: 'redirect', status: 302, description: 'To the sign-in, or to the client with its answer.' },
    ],
    errors: ['invalid_client', 'invalid_redirect_uri', 'rate_limited'],
    handle: async ({ query, cookies, origin, acceptLanguage }, services) => {
      const signedIn = await services.signIns.current(cookies);
      const context = pageContext(services.pages, { acceptLanguage }, query.ui_locales);
      const step = await authorize({ parameters: query, signedIn, from: origin }, services.authorize);
      switch (step.kind) {
        case 'sign in':
          return new Redirect(context.base + step.path);
        case 'ask':
          return askConsent(step.question, services.authorize, context);
        case 'answer':
          // A scheme of an app's own is gone to by a page: a redirect is for URLs of the web.
          return /^https?:/.test(step.location) ? new Redirect(step.location) : continuePage(context, step);
      }
    },
  }),
  decideAuthorization: group.public({
    method: 'POST',
    path: '/authorize',
    summary: 'Agree to what a client asks for, or not',
    description: 'The form of the page: it carries the request along, and all of it is checked again.',
    page: true,
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({ ...NONE, ...decisionFields }),
    success: { kind: 'html', status: 200, description: 'A page that goes on to the client by itself.' },
    errors: ['invalid_client', 'invalid_redirect_uri', 'stale_form', 'rate_limited'],
    handle: async ({ body, cookies, origin, acceptLanguage }, services) => {
      const signedIn = await services.signIns.current(cookies);
      const { decision, workspace_id: workspaceId, csrf, ...parameters } = body;
      const given = { allows: decision === 'allow', workspaceId, csrf };
      const location = await decide({ parameters, signedIn, from: origin }, given, services.authorize);
      return continuePage(pageContext(services.pages, { acceptLanguage }, body.ui_locales), { location });
    },
  }),
});

function askConsent(question: ConsentQuestion, { deployment }: AuthorizeContext, context: PageContext) {
  const { client, parameters: carried, returnPath } = question.request;
  return consentPage(context, {
    ...shownQuestion(question, deployment.rights.scopes),
    client: {
      name: client.name,
      isVouchedFor: client.kind === 'administered',
      host: client.host,
      redirectHost: redirectHost(returnPath.redirectUri),
      isLoopbackOnly: isLoopbackOnly(client),
    },
    action: '/authorize',
    parameters: carried,
    switchAccountPath: signInPath(`/authorize?${new URLSearchParams(carried)}`),
  });
}

/** What every consent page has: who is asked, and for what, in the owner's words. */
export function shownQuestion(
  { signedIn, scopes, workspaces, workspaceId }: Omit<ConsentQuestion, 'request'>,
  defined: readonly ScopeDefinition[],
): Pick<ConsentPage, 'email' | 'scopes' | 'workspaces' | 'workspaceId' | 'csrf'> {
  return {
    email: signedIn.email,
    csrf: signedIn.csrf,
    workspaces: workspaces.map(({ id, name }) => ({ id, name })),
    workspaceId,
    scopes: scopes.map((scope) => ({
      name: scope,
      description: defined.find(({ name }) => name === scope)?.description ?? scope,
    })),
  };
}
