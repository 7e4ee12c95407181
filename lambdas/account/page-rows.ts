import * as z from 'zod';
import type { ChangeOrigin, PlacedOrigin } from '../audit/entries.ts';
import { OPERATORS_TENANT } from '../contract/operators.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { cursor } from '../kernel/fields.ts';
import { HostCookie } from '../kernel/host-cookie.ts';
import { Problem } from '../kernel/problem.ts';
import { type Html, Redirect, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { type DisconnectContext, disconnect } from '../oauth/disconnect.ts';
import { closedPage, closingPage, deletedPage, deletionPage } from '../pages/account-ends-page.ts';
import { ACCOUNT_PATH, accountPage } from '../pages/account-page.ts';
import { type PageContext, type PageSettings, pageContext, textsOf } from '../pages/page.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import type { Texts } from '../pages/texts/en.ts';
import { endOthers, endOwn } from '../sessions/own-sessions.ts';
import type { AccountVisit } from '../signin/account-section.ts';
import { isSameToken } from '../signin/csrf.ts';
import { requireRecentSignIn, requireSignIn, SIGN_IN_FIRST, toSignIn } from '../signin/recent.ts';
import { SIGN_IN_COOKIE, SIGN_IN_COOKIES, type SignInCookies, type SignIns } from '../signin/sign-in.ts';
import type { ClosedSignIns } from '../signin/sign-ins.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import { type ClosingContext, closeTenant, day } from './closing.ts';
import { type DeletionContext, deleteAccount } from './deletion.ts';
import { type DownloadContext, downloadPart, downloadView } from './download.ts';
import { DOWNLOAD_PATH } from './end-sections.ts';
import { type SectionServices, shownSections } from './sections.ts';

/** The services of these rows in the function `accounts`. */
export type AccountPageServices = SectionServices &
  DisconnectContext & {
    readonly signIns: SignIns;
    readonly closedSignIns: ClosedSignIns;
    readonly tenants: Pick<TenantStore, 'find'>;
    readonly download: DownloadContext;
    readonly deletion: DeletionContext;
    readonly closing: ClosingContext;
    readonly cursors: Cursors;
    readonly pages: PageSettings;
  };

type Notice = keyof Texts['account']['done'];

/** The pages on which a person is asked again, by the parameter `view`. */
const VIEWS = { delete: `${ACCOUNT_PATH}?view=delete`, close: `${ACCOUNT_PATH}?view=close` } as const;

const ACTIONS = ['end', 'end-others', 'disconnect', 'delete', 'close', 'reopen'] as const;

const page = { status: 200, kind: 'html', description: 'The page.', setsCookies: SIGN_IN_COOKIES } as const;

const group = routeGroup<AccountPageServices>()({ service: 'accounts', tag: 'Pages' });

/** The page on which a person looks after their own account: for people who have no console, and without a script. */
export const accountPageRoutes = group.rows({
  showAccount: group.public({
    method: 'GET',
    path: ACCOUNT_PATH,
    page: true,
    summary: 'The page on which people look after their own account',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ view: z.enum(['delete', 'close']).optional().describe('The question that is asked.') }),
    success: page,
    alternatives: [SIGN_IN_FIRST],
    errors: [],
    handle: async ({ query: { view }, cookies, ...request }, services) => {
      const context = pageContext(services.pages, request);
      const signedIn = await services.signIns.current(cookies);
      const asking = { context, continueAt: ACCOUNT_PATH };
      if (signedIn === undefined) return (await shownClosed(cookies, context, services)) ?? toSignIn(asking);
      if (view === undefined) return shownAccount({ context, signedIn }, services);
      const recent = requireRecentSignIn(signedIn, { context, continueAt: VIEWS[view] }, services.clock());
      if (recent instanceof Redirect) return recent;
      return view === 'delete'
        ? deletionPage(context, recent)
        : shownClosing({ context, signedIn: recent }, services);
    },
  }),
  changeAccount: group.public({
    method: 'POST',
    path: ACCOUNT_PATH,
    page: true,
    summary: 'What the buttons of the page of the own account send',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body: z.object({
      csrf: z.string().max(64).optional().describe('As the form has it.'),
      action: z.enum(ACTIONS, `must be one of ${ACTIONS.join(', ')}`),
      id: z.string().max(128).optional().describe('Of the session, the sign-in or the app.'),
      organization: z.string().max(100).optional().describe('Its name, to close it.'),
    }),
    success: page,
    alternatives: [SIGN_IN_FIRST],
    errors: ['stale_form', 'conflicting_state', 'rate_limited'],
    handle: async ({ body, cookies, origin, ...request }, services) => {
      const context = pageContext(services.pages, request);
      const signedIn = await services.signIns.current(cookies);
      if (signedIn === undefined) {
        const closed = await services.closedSignIns.closed(cookies);
        if (closed === undefined || body.action !== 'reopen')
          return toSignIn({ context, continueAt: ACCOUNT_PATH });
        if (!isSameToken(closed.csrf, body.csrf)) throw new Problem('stale_form');
        return reopen(closed, { actor: `user:${closed.userId}`, ...origin }, context, services);
      }
      const visit = { context, signedIn };
      if (!isSameToken(signedIn.csrf, body.csrf))
        throw new Problem('stale_form', { page: await shownAccount(visit, services) });
      return act(visit, body, { actor: `user:${signedIn.userId}`, ...origin }, services);
    },
  }),
  downloadAccountFile: group.public({
    method: 'GET',
    path: DOWNLOAD_PATH,
    page: true,
    summary: 'The file with everything that is stored of a person, from the page of their account',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object({ cursor: cursor.optional() }),
    success: {
      kind: 'raw',
      status: 200,
      description: 'The file, or a part of it that names the next.',
      schema: downloadView.omit({ next_cursor: true }).extend({
        next: z.string().nullable().describe('The URL of the next part; null in the last.'),
      }),
      headers: { 'Content-Disposition': 'attachment; filename="account.json"' },
    },
    alternatives: [SIGN_IN_FIRST],
    errors: ['rate_limited'],
    handle: async ({ query, cookies, origin, ...request }, services) => {
      const context = pageContext(services.pages, request);
      const signedIn = requireSignIn(await services.signIns.current(cookies), {
        context,
        continueAt: ACCOUNT_PATH,
      });
      if (signedIn instanceof Redirect) return signedIn;
      const { tenantId, userId } = signedIn;
      const asking = { tenantId, userId, currentId: '', address: origin.address };
      const { next_cursor: next, ...part } = await downloadPart(asking, query.cursor, services);
      const url = `${services.pages.url}${DOWNLOAD_PATH}`;
      return { ...part, next: next === null ? null : `${url}?${new URLSearchParams({ cursor: next })}` };
    },
  }),
});

type By = ChangeOrigin & PlacedOrigin;

/** Does what a button of the page says. */
async function act(
  visit: AccountVisit,
  {
    action,
    id = '',
    organization = '',
  }: {
    readonly action: (typeof ACTIONS)[number];
    readonly id?: string | undefined;
    readonly organization?: string | undefined;
  },
  by: By,
  services: AccountPageServices,
) {
  const { signedIn, context } = visit;
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
    case 'delete': {
      const recent = requireRecentSignIn(signedIn, { context, continueAt: VIEWS.delete }, services.clock());
      if (recent instanceof Redirect) return recent;
      await unlessConflicting(deleteAccount(recent, by, services.deletion), () =>
        deletionPage(context, {
          ...recent,
          fault: recent.tenantId === OPERATORS_TENANT ? 'operator' : 'last',
        }),
      );
      return new WithCookies(deletedPage(context), HostCookie.forgotten(SIGN_IN_COOKIE));
    }
    case 'close': {
      const recent = requireRecentSignIn(signedIn, { context, continueAt: VIEWS.close }, services.clock());
      if (recent instanceof Redirect) return recent;
      const tenant = await services.tenants.find(recent.tenantId);
      if (organization.trim() !== tenant?.name) return shownClosing(visit, services, 'wrongName');
      const closing = closeTenant(recent, context.language, by, services.closing);
      const erasesAt = await unlessConflicting(closing, () => shownClosing(visit, services, 'others'));
      const until = day(erasesAt, context.language);
      return closedPage(context, { organization: tenant.name, until, csrf: recent.csrf });
    }
    case 'reopen':
      // It has been reopened meanwhile.
      return shownAccount(visit, services);
  }
}

async function reopen(
  closed: NonNullable<Awaited<ReturnType<ClosedSignIns['closed']>>>,
  by: By,
  context: PageContext,
  services: AccountPageServices,
): Promise<Html> {
  const { tenants, closing, clock } = services;
  const tenant = await tenants.find(closed.tenantId);
  const shown = {
    organization: tenant?.name ?? '',
    until: day(closed.erasesAt, context.language),
    csrf: closed.csrf,
  };
  await unlessConflicting(closing.closings.reopen(closed.tenantId, by, clock()), () =>
    closedPage(context, { ...shown, fault: 'tooLate' }),
  );
  return shownAccount({ context, signedIn: closed }, services, 'reopened');
}

/** Tells a conflict with the page that says what it is. */
function unlessConflicting<Done>(doing: Promise<Done>, faulty: () => Html | Promise<Html>): Promise<Done> {
  return withProblemPage(doing, ({ code }) => (code === 'conflicting_state' ? faulty() : undefined));
}

/** The way back to a closed tenant, for who may reopen it. */
async function shownClosed(
  cookies: SignInCookies,
  context: PageContext,
  { closedSignIns, tenants }: AccountPageServices,
): Promise<Html | undefined> {
  const closed = await closedSignIns.closed(cookies);
  if (closed === undefined) return undefined;
  const tenant = await tenants.find(closed.tenantId);
  const until = day(closed.erasesAt, context.language);
  return closedPage(context, { organization: tenant?.name ?? '', until, csrf: closed.csrf });
}

async function shownClosing(
  { context, signedIn }: AccountVisit,
  { tenants }: AccountPageServices,
  fault?: 'wrongName' | 'others',
): Promise<Html> {
  const tenant = await tenants.find(signedIn.tenantId);
  return closingPage(context, { organization: tenant?.name ?? '', csrf: signedIn.csrf, fault });
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
