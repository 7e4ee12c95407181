import * as z from 'zod';
import { plainText } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import {
  type InvitationOutcome,
  type InvitationPage,
  invitationDonePage,
  invitationPage,
} from '../pages/invitation-page.ts';
import type { PageContext, PageSettings } from '../pages/page.ts';
import { INVITATION_PATH } from '../pages/paths.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import { type Carried, pageVisit, uiLocales } from '../pages/visit.ts';
import { newPassword } from '../people/fields.ts';
import { requiredProvider } from '../people/required-provider.ts';
import {
  type AcceptingContext,
  acceptInvitation,
  type OpenedInvitation,
  openInvitation,
} from './invitations.ts';

/** The services of these rows in the function `accounts`. */
export interface InvitationPageServices {
  readonly accepting: AcceptingContext;
  readonly pages: PageSettings;
}

const link = z.string().max(256).describe('The link of the mail, as it stands in its URL.');

const success = { status: 200, kind: 'html', description: 'The page.' } as const;

/** What the page says of errors that no other form mends. */
const OUTCOMES: Readonly<Partial<Record<Problem['code'], InvitationOutcome>>> = {
  invalid_link: 'dead',
  email_taken: 'taken',
  limit_reached: 'full',
  suspended_tenant: 'suspended',
};

const group = routeGroup<InvitationPageServices>()({ service: 'accounts', tag: 'Pages' });

/**
 * The forms carry no CSRF token and no cookie: who has the link may use it, and nobody else has it. Nobody is signed in by
 * it either: another site could send a link of its own in somebody's browser.
 */
export const invitationPageRoutes = group.rows({
  showInvitation: group.public({
    method: 'GET',
    path: INVITATION_PATH,
    page: true,
    summary: 'The page that the link of an invitation opens',
    description: 'It uses nothing: programs that look at mails open every link in them.',
    query: z.object({ link, ui_locales: uiLocales }),
    success,
    alternatives: [ELSEWHERE],
    errors: ['invalid_link', 'suspended_tenant'],
    handle: async ({ query, ...request }, { accepting, pages }) => {
      const { context, parameters } = pageVisit(query, request, pages);
      const opened = await told(openInvitation(query.link, accepting), context);
      return invitationPage(context, formOf(opened, { token: query.link, parameters }, accepting));
    },
  }),
  acceptInvitation: group.public({
    method: 'POST',
    path: INVITATION_PATH,
    page: true,
    summary: 'Accept an invitation with a browser',
    takesForm: true,
    body: z.object({
      link,
      ui_locales: uiLocales,
      full_name: z.string().max(200).optional(),
      password: z.string().max(1024).optional(),
    }),
    success,
    errors: [
      'invalid_link',
      'suspended_tenant',
      'email_taken',
      'limit_reached',
      'invalid_field',
      'rate_limited',
    ],
    handle: async ({ body, origin, ...request }, { accepting, pages }) => {
      const { context, parameters } = pageVisit(body, request, pages);
      const opened = await told(openInvitation(body.link, accepting), context);
      const form = {
        ...formOf(opened, { token: body.link, parameters }, accepting),
        fullName: body.full_name ?? '',
      };
      const again = (fault: NonNullable<InvitationPage['fault']>) =>
        invitationPage(context, { ...form, fault });
      const name = plainText(100).safeParse(form.fullName.trim());
      if (!name.success) throw new Problem('invalid_field', { page: again('noName') });
      const password = form.provider === null ? newPassword.safeParse(body.password ?? '') : undefined;
      if (password?.success === false) throw new Problem('invalid_field', { page: again('short') });
      const given = { fullName: name.data, password: password?.data };
      const accepted = withProblemPage(acceptInvitation(opened, given, origin, accepting), ({ code }) =>
        code === 'invalid_field' ? again('weak') : undefined,
      );
      await told(accepted, context, opened.invitation.email);
      return invitationDonePage(context, { outcome: 'accepted', email: opened.invitation.email });
    },
  }),
});

function formOf(
  { invitation, tenantName }: OpenedInvitation,
  carried: { readonly token: string; readonly parameters: Carried },
  { deployment }: AcceptingContext,
): InvitationPage {
  return {
    ...carried,
    tenantName,
    email: invitation.email,
    fullName: invitation.fullName ?? '',
    provider: requiredProvider(invitation.email, deployment)?.label ?? null,
  };
}

/** Shows a page of its own for what no form mends. */
function told<Result>(work: Promise<Result>, context: PageContext, email?: string): Promise<Result> {
  return withProblemPage(work, ({ code }) => {
    const outcome = OUTCOMES[code];
    return outcome && invitationDonePage(context, { outcome, ...(email === undefined ? {} : { email }) });
  });
}
