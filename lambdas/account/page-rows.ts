import * as z from 'zod';
import { Problem } from '../kernel/problem.ts';
import { type Html, Redirect } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { type DisconnectContext, disconnect } from '../oauth/disconnect.ts';
import { ACCOUNT_PATH, accountPage } from '../pages/account-page.ts';
import { type PageContext, type PageSettings, pageContext, textsOf } from '../pages/page.ts';
import type { Texts } from '../pages/texts/en.ts';
import { endOthers, endOwn } from '../sessions/own-sessions.ts';
import type { AccountVisit } from '../signin/account-section.ts';
import { isSameToken } from '../signin/csrf.ts';
import { signInPath } from '../signin/paths.ts';
import { SIGN_IN_COOKIES, type SignInCookies, type SignIns } from '../signin/sign-in.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import { type SectionServices, shownSections } from './sections.ts';

/** The services of these rows in the function `accounts`. */
export type AccountPageServices = SectionServices &
  DisconnectContext & {
    readonly signIns: SignIns;
    readonly tenants: Pick<TenantStore, 'find'>;
    readonly pages: PageSettings;
  };

type Notice = keyof Texts['account']['done'];

const page = { status: 200, kind: 'html', description: 'The page.' } as const;

const group = routeGroup<AccountPageServices>()({ service: 'accounts', tag: 'Pages' });

/** The page on which a person looks after their own account: for people who have no console, and without a script. */
export const accountPageRoutes = group.rows({
  showAccount: group.public({
    method: 'GET',
    path: ACCOUNT_PATH,
    page: true,
    summary: 'The page on which people look after their own account',
    takesCookies: SIGN_IN_COOKIES,
    success: page,
    alternatives: [
      { kind: 'redirect', status: 302, description: 'To the sign-in, or to the page at its own host.' },
    ],
    errors: [],
    handle: async ({ cookies, ...request }, services) => {
      const context = pageContext(services.pages, request);
      const visit = await visitOf(cookies, context, services);
      if (visit === undefined) return toSignIn(context);
      return shownAccount(visit, services);
    },
  }),
  changeAccount: group.public({
    method: 'POST',
    path: ACCOUNT_PATH,
    page: true,
    summary: 'End sessions, or disconnect apps, on the page of the own account',
    description: 'What the page’s buttons send.',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({
      csrf: z.string().max(64).optional().describe('As the form has it.'),
      action: z.enum(['end', 'end-others', 'disconnect'], 'must be end, end-others or disconnect'),
      id: z.string().max(128).optional().describe('Of the session, the sign-in or the app.'),
    }),
    success: page,
    alternatives: [{ kind: 'redirect', status: 302, description: 'To the sign-in.' }],
    errors: ['stale_form'],
    handle: async ({ body, cookies, origin, ...request }, services) => {
      const context = pageContext(services.pages, request);
      const visit = await visitOf(cookies, context, services);
      if (visit === undefined) return toSignIn(context);
      const { signedIn } = visit;
      if (!isSameToken(signedIn.csrf, body.csrf))
        throw new Problem('stale_form', { page: await shownAccount(visit, services) });
      const by = { actor: `user:${signedIn.userId}`, ...origin };
      const { action, id = '' } = body;
      switch (action) {
        case 'end': {
          const isEnded = await endOwn(signedIn, id, by, services.ownSessions);
          return shownAccount(visit, services, isEnded ? 'ended' : 'gone');
        }
        case 'end-others':
          await endOthers(signedIn, signedIn.signInId, by, services.ownSessions);
          return shownAccount(visit, services, 'others');
        case 'disconnect': {
          const app = await disconnect(signedIn.userId, id, by, services);
          return shownAccount(visit, services, app === undefined ? 'gone' : 'disconnected');
        }
      }
    },
  }),
});

/** Who looks at the page; undefined for nobody. */
async function visitOf(
  cookies: SignInCookies,
  context: PageContext,
  { signIns }: Pick<AccountPageServices, 'signIns'>,
): Promise<AccountVisit | undefined> {
  const signedIn = await signIns.current(cookies);
  return signedIn && { context, signedIn };
}

function toSignIn({ base }: PageContext): Redirect {
  return new Redirect(base + signInPath(ACCOUNT_PATH));
}

async function shownAccount(
  visit: AccountVisit,
  services: AccountPageServices,
  notice?: Notice,
): Promise<Html> {
  const { context, signedIn } = visit;
  const [tenant, sections] = await Promise.all([
    services.tenants.find(signedIn.tenantId),
    shownSections(visit, services),
  ]);
  return accountPage(context, {
    email: signedIn.email,
    organization: tenant?.name ?? '',
    notice: notice && textsOf(context).account.done[notice],
    sections,
  });
}
