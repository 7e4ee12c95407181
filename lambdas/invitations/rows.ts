import * as z from 'zod';
import { answering, type ClaimServices, fingerprint } from '../kernel/claim.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { pageOf, pageQuery, plainText, role, storedRole, time } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage, LANGUAGE_NAMES } from '../pages/languages.ts';
import { email } from '../people/email-address.ts';
import { INVITATION, type Invitation, statusOf } from './invitation.ts';
import { DEFAULT_DAYS, type InvitingContext, invite, MAX_DAYS, resend, revoke } from './invitations.ts';

/** The services of its rows in the function `people`. */
export interface InvitationServices extends ClaimServices {
  readonly inviting: InvitingContext;
  readonly cursors: Cursors;
}

const languageName = z.enum(LANGUAGE_NAMES);

const shown = z.object({
  id: z.string(),
  email: z.string(),
  full_name: z.string().nullable(),
  role: storedRole,
  language: languageName,
  user_id: z.string().nullable().describe('Who has accepted it.'),
  created_at: time,
  created_by: z.string(),
  sent_at: time.describe('When the latest mail was queued.'),
  expires_at: time,
});

const invitationView = shown
  .extend({ status: z.enum(['pending', 'accepted', 'revoked', 'expired']) })
  .meta({ id: 'Invitation' });

const group = routeGroup<InvitationServices>()({ service: 'people', tag: 'Users' });

export const invitationRoutes = group.rows({
  listInvitations: group.person({
    method: 'GET',
    path: '/v1/invitations',
    scope: 'people',
    summary: 'List the invitations of the tenant, oldest first',
    description: 'One that has ended is listed for 30 days more.',
    query: pageQuery,
    success: {
      status: 200,
      description: 'A page of invitations.',
      schema: pageOf(invitationView),
    },
    errors: [],
    handle: async ({ query }, { inviting: { invitations, clock }, cursors }, caller) => {
      const place = { tenantId: caller.tenantId, list: 'invitations' } as const;
      const after = await cursors.open(query.cursor, place);
      const page = await invitations.page(caller.tenantId, query.limit, after);
      return {
        data: page.invitations.map((each) => view(each, clock())),
        next_cursor: await cursors.seal(page.next, place),
      };
    },
  }),
  createInvitation: group.person({
    method: 'POST',
    path: '/v1/invitations',
    scope: 'people',
    summary: 'Invite somebody by mail',
    description:
      'The mail has a link, by which they choose a name and a password. A role that manages takes a recent ' +
      'sign-in. Whether the address has an account elsewhere is not told.',
    body: z.strictObject({
      email,
      full_name: plainText(100).optional(),
      role: role.optional().describe('By default the role that every other has all of, where there is one.'),
      expires_in_days: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
      language: languageName
        .optional()
        .describe('Of the mail. By default that of the request (Accept-Language).'),
    }),
    idempotent: fingerprint,
    success: { status: 201, description: 'The invitation. Its mail is on the way.', schema: invitationView },
    errors: ['email_taken', 'exceeds_own_rights', 'reauthentication_required', 'rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { inviting }, caller) => {
      const wanted = {
        email: body.email,
        fullName: body.full_name ?? null,
        role: body.role,
        days: body.expires_in_days,
        language: body.language ?? chooseLanguage(undefined, acceptLanguage),
      };
      const show = (invitation: Invitation) => view(invitation, invitation.createdAt);
      return show(await invite(wanted, caller, answering(origin, show), inviting));
    },
  }),
  resendInvitation: group.person({
    method: 'POST',
    path: '/v1/invitations/{id}/resend',
    scope: 'people',
    summary: 'Send an invitation again, for as long as before; the link of the former mail is dead',
    success: { status: 200, description: 'The invitation as it is now.', schema: invitationView },
    errors: ['not_found', 'conflicting_state', 'exceeds_own_rights', 'rate_limited'],
    handle: async ({ params, origin }, { inviting }, caller) =>
      view(await resend(params.id ?? '', caller, origin, inviting), inviting.clock()),
  }),
  revokeInvitation: group.person({
    method: 'DELETE',
    path: '/v1/invitations/{id}',
    scope: 'people',
    summary: 'Take an invitation back: its link is dead',
    success: {
      status: 200,
      description: 'It cannot be accepted any more.',
      schema: z.object({ id: z.string(), status: z.literal('revoked') }),
    },
    errors: ['not_found', 'conflicting_state'],
    handle: async ({ params, origin }, { inviting }, caller) => {
      const id = params.id ?? '';
      await revoke(id, caller, origin, inviting);
      return { id, status: 'revoked' };
    },
  }),
});

const viewFields = INVITATION.viewAs<z.output<typeof shown>>();

function view(invitation: Invitation, now: number): z.output<typeof invitationView> {
  return { ...viewFields(invitation, undefined), status: statusOf(invitation, now) };
}
