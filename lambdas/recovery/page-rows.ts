import * as z from 'zod';
import { Problem } from '../kernel/problem.ts';
import type { Html } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { readLink } from '../mail/link.ts';
import type { PageContext, PageSettings } from '../pages/page.ts';
import { CONFIRM_PATH, RESET_PASSWORD_PATH } from '../pages/paths.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import {
  type AskedFor,
  askForMailPage,
  confirmPage,
  deadLinkPage,
  mailOnItsWayPage,
  newPasswordPage,
  recoveredPage,
} from '../pages/recovery-pages.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import { type PageVisit, pageVisit, uiLocales } from '../pages/visit.ts';
import { parseEmail } from '../people/email-address.ts';
import { newPassword } from '../people/fields.ts';
import { askForMail, CONFIRMED, confirm, type RecoveryContext, resetPassword } from './recovery.ts';

/** The services of these rows in the function `accounts`. */
export interface RecoveryPageServices {
  readonly recovery: RecoveryContext;
  readonly pages: PageSettings;
}

const link = z.string().max(256).optional().describe('The link of a mail, as it stands in its URL.');
const email = z.string().max(254).optional().describe('The address to which a mail goes.');

const query = z.object({ link, ui_locales: uiLocales });

const success = { status: 200, kind: 'html', description: 'The page.' } as const;

const group = routeGroup<RecoveryPageServices>()({ service: 'accounts', tag: 'Pages' });

/**
 * Forms of these pages carry no CSRF token and no cookie: who has the link may use it, and nobody else has it; who asks for
 * a mail needs to be nobody. A GET uses no link, as programs that look at mails open every one.
 */
export const recoveryPageRoutes = group.rows({
  showResetPassword: group.public({
    method: 'GET',
    path: RESET_PASSWORD_PATH,
    page: true,
    summary: 'The page on which people ask for a new password, and with the link of the mail choose it',
    query,
    success,
    alternatives: [ELSEWHERE],
    errors: ['invalid_link'],
    handle: async ({ query, ...request }, { recovery, pages }) => {
      const { context, parameters } = pageVisit(query, request, pages);
      if (query.link === undefined) return askForMailPage(context, { kind: 'reset', parameters });
      const token = query.link;
      const { link } = await orDeadLink(readLink(token, ['reset'], recovery), context, 'reset');
      return newPasswordPage(context, { token, email: link.facts.email ?? '', parameters });
    },
  }),
  sendResetPassword: group.public({
    method: 'POST',
    path: RESET_PASSWORD_PATH,
    page: true,
    summary: 'Ask for a new password with a browser, or choose it',
    description: 'What the page sends: an address, or a link and a password.',
    takesForm: true,
    body: z.object({
      ui_locales: uiLocales,
      email,
      link,
      password: z.string().max(1024).optional(),
    }),
    success,
    errors: ['invalid_link', 'invalid_field', 'rate_limited'],
    handle: async ({ body, origin, ...request }, { recovery, pages }) => {
      const { context, parameters } = pageVisit(body, request, pages);
      const token = body.link;
      if (token === undefined) return ask('reset', body.email, { context, parameters, origin, recovery });
      const { link } = await orDeadLink(readLink(token, ['reset'], recovery), context, 'reset');
      const again = (fault: 'short' | 'weak') =>
        newPasswordPage(context, { token, email: link.facts.email ?? '', fault, parameters });
      const password = newPassword.safeParse(body.password ?? '');
      if (!password.success) throw new Problem('invalid_field', { page: again('short') });
      const { language } = context;
      const choice = { token, password: password.data, language, field: 'password' };
      const chosen = withProblemPage(resetPassword(choice, origin, recovery), ({ code }) =>
        code === 'invalid_field' ? again('weak') : undefined,
      );
      await orDeadLink(chosen, context, 'reset');
      return recoveredPage(context, { kind: 'reset' });
    },
  }),
  showConfirm: group.public({
    method: 'GET',
    path: CONFIRM_PATH,
    page: true,
    summary:
      'The page that a link of a mail opens to confirm something, or without one, on which people ask for it again',
    query,
    success,
    alternatives: [ELSEWHERE],
    errors: ['invalid_link'],
    handle: async ({ query, ...request }, { recovery, pages }) => {
      const { context, parameters } = pageVisit(query, request, pages);
      if (query.link === undefined) return askForMailPage(context, { kind: 'verify', parameters });
      const token = query.link;
      const { link } = await orDeadLink(readLink(token, CONFIRMED, recovery), context, 'verify');
      const { facts, kind } = link;
      const address = kind === 'verify' ? facts.email : facts.to;
      return confirmPage(context, { kind, email: address ?? '', token, parameters });
    },
  }),
  sendConfirm: group.public({
    method: 'POST',
    path: CONFIRM_PATH,
    page: true,
    summary: 'Use a link of a mail with a browser, or ask for it again',
    description: 'What the page sends: a link, or an address.',
    takesForm: true,
    body: z.object({ ui_locales: uiLocales, email, link }),
    success,
    errors: ['invalid_link', 'email_taken', 'invalid_field', 'rate_limited'],
    handle: async ({ body, origin, ...request }, { recovery, pages }) => {
      const { context, parameters } = pageVisit(body, request, pages);
      if (body.link === undefined)
        return ask('verify', body.email, { context, parameters, origin, recovery });
      const confirmed = confirm(body.link, context.language, origin, recovery);
      return recoveredPage(context, await orDeadLink(confirmed, context, 'verify'));
    },
  }),
});

/** Has a mail sent, if the address has an account, and says the same either way. */
async function ask(
  kind: AskedFor,
  given: string | undefined,
  {
    context,
    parameters,
    origin,
    recovery,
  }: PageVisit & {
    readonly origin: { readonly address: string; readonly requestId: string };
    readonly recovery: RecoveryContext;
  },
): Promise<Html> {
  const address = parseEmail((given ?? '').trim());
  if (!('email' in address)) {
    const again = askForMailPage(context, { kind, email: given ?? '', fault: true, parameters });
    throw new Problem('invalid_field', { page: again });
  }
  const { language } = context;
  await askForMail({ email: address.email, template: kind, language }, origin, recovery);
  return mailOnItsWayPage(context, kind);
}

/** Shows a page of its own for a link that is no good. */
function orDeadLink<Result>(work: Promise<Result>, context: PageContext, kind: AskedFor): Promise<Result> {
  return withProblemPage(work, ({ code }) =>
    code === 'invalid_link' || code === 'email_taken'
      ? deadLinkPage(context, { kind, taken: code === 'email_taken' })
      : undefined,
  );
}
