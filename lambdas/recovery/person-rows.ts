import * as z from 'zod';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { email } from '../people/email-address.ts';
import { askForAddress, type RecoveryContext, resetByAdministrator } from './recovery.ts';

/** The services of these rows in the function `people`. */
export interface PersonRecoveryServices {
  readonly recovery: RecoveryContext & { readonly requireRecentSignIn: RequireRecentSignIn };
}

const group = routeGroup<PersonRecoveryServices>()({ service: 'people', tag: 'Users' });

export const personRecoveryRoutes = group.rows({
  requestEmailChange: group.person({
    method: 'POST',
    path: '/v1/auth/email',
    scope: null,
    summary: 'Ask for another e-mail address of your own',
    description:
      'The new address gets a link, good for 24 hours; the present one is told, and for 7 days after the change has a link that takes it back.',
    tag: 'Accounts',
    body: z.strictObject({ email }),
    success: {
      status: 202,
      description: 'The same for every address. It changes when the link is used.',
      schema: z.object({ status: z.literal('accepted') }),
    },
    errors: ['reauthentication_required', 'rate_limited', 'conflicting_state'],
    handle: async ({ body, origin, acceptLanguage }, { recovery }, caller) => {
      const wanted = { to: body.email, language: chooseLanguage(undefined, acceptLanguage) };
      await askForAddress(wanted, caller, origin, recovery);
      return { status: 'accepted' };
    },
  }),
  resetUserPassword: group.person({
    method: 'POST',
    path: '/v1/users/{id}/reset-password',
    scope: 'people',
    summary:
      'Reset the password of a person: the old one and all their sessions end, and they are mailed a link',
    success: {
      status: 202,
      description: 'The mail is on its way.',
      schema: z.object({ id: z.string(), status: z.literal('accepted') }),
    },
    errors: ['not_found', 'conflicting_state', 'exceeds_own_rights'],
    handle: async ({ params, origin, acceptLanguage }, { recovery }, caller) => {
      const userId = params.id ?? '';
      const language = chooseLanguage(undefined, acceptLanguage);
      await resetByAdministrator({ userId, language }, caller, origin, recovery);
      return { id: userId, status: 'accepted' };
    },
  }),
});
