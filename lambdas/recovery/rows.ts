import * as z from 'zod';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { email } from '../people/email-address.ts';
import { newPassword } from '../people/fields.ts';
import { askForMail, confirm, type RecoveryContext, resetPassword } from './recovery.ts';

/** The services of these rows in the function `accounts`. */
export interface RecoveryServices {
  readonly recovery: RecoveryContext;
}

const link = z.string().min(1).max(256).describe('As it stands in the URL of the mail, after `link=`.');

const accepted = {
  status: 202,
  description: 'The same for every address. If it has an account, a mail is on its way.',
  schema: z.object({ status: z.literal('accepted') }),
} as const;

const group = routeGroup<RecoveryServices>()({ service: 'accounts', tag: 'Accounts' });

export const recoveryRoutes = group.rows({
  requestPasswordReset: group.public({
    method: 'POST',
    path: '/v1/auth/forgot-password',
    summary: 'Ask for a mail with a link to choose a new password',
    description:
      'The link is good once, for 30 minutes. Neither answer nor time tells whether the address has an account.',
    body: z.strictObject({ email }),
    success: accepted,
    errors: ['rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { recovery }) => {
      const language = chooseLanguage(undefined, acceptLanguage);
      await askForMail({ email: body.email, template: 'reset', language }, origin, recovery);
      return { status: 'accepted' };
    },
  }),
  resetPassword: group.public({
    method: 'POST',
    path: '/v1/auth/reset-password',
    summary: 'Choose a new password by the link of a mail; all sessions end',
    body: z.strictObject({ link, new_password: newPassword }),
    success: {
      status: 200,
      description: 'The new password holds. A mail tells the person of it.',
      schema: z.object({ status: z.literal('changed') }),
    },
    errors: ['invalid_link'],
    handle: async ({ body, origin, acceptLanguage }, { recovery }) => {
      const language = chooseLanguage(undefined, acceptLanguage);
      const choice = { token: body.link, password: body.new_password, language, field: 'new_password' };
      await resetPassword(choice, origin, recovery);
      return { status: 'changed' };
    },
  }),
  requestVerification: group.public({
    method: 'POST',
    path: '/v1/auth/verify-email',
    summary: 'Ask again for the mail by which an address is confirmed',
    description:
      'A new account gets one by itself. Neither answer nor time tells whether the address has an account.',
    body: z.strictObject({ email }),
    success: accepted,
    errors: ['rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { recovery }) => {
      const language = chooseLanguage(undefined, acceptLanguage);
      await askForMail({ email: body.email, template: 'verify', language }, origin, recovery);
      return { status: 'accepted' };
    },
  }),
  confirmLink: group.public({
    method: 'POST',
    path: '/v1/auth/confirm',
    summary: 'Use a link of a mail that confirms an address, changes it, or takes the change back',
    body: z.strictObject({ link }),
    success: {
      status: 200,
      description: 'What was done, and the address that the person has now.',
      schema: z.object({
        status: z.enum(['verified', 'changed', 'undone']),
        email: z.string(),
      }),
    },
    errors: ['invalid_link', 'email_taken'],
    handle: async ({ body, origin, acceptLanguage }, { recovery }) => {
      const language = chooseLanguage(undefined, acceptLanguage);
      const { kind, email } = await confirm(body.link, language, origin, recovery);
      return { status: ({ verify: 'verified', address: 'changed', undo: 'undone' } as const)[kind], email };
    },
  }),
});
