import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import { timestamp } from '../kernel/clock.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { cursor, time } from '../kernel/fields.ts';
import { invalidField } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { findPerson } from '../people/people.ts';
import { type ClosingContext, closeTenant } from './closing.ts';
import { type DeletionContext, deleteAccount } from './deletion.ts';
import { type DownloadContext, downloadPart, downloadView } from './download.ts';

/** The services of these rows in the function `people`. */
export interface AccountServices {
  readonly download: DownloadContext;
  readonly deletion: DeletionContext;
  readonly closing: ClosingContext;
  readonly requireRecentSignIn: RequireRecentSignIn;
  readonly cursors: Cursors;
}

const group = routeGroup<AccountServices>()({ service: 'people', tag: 'Accounts' });

/** What people do with their own account, and the last administrator with the tenant. No key does it for them. */
export const ownAccountRoutes = group.rows({
  downloadAccount: group.person({
    method: 'GET',
    path: '/v1/auth/account',
    scope: null,
    summary: 'Everything that is stored of you',
    description:
      'However much there is, it comes in parts: while `next_cursor` is not null, ask again with `cursor`. What stays ' +
      'short is in the first part only.',
    query: z.strictObject({ cursor: cursor.optional() }),
    success: { status: 200, description: 'A part of it.', schema: downloadView },
    errors: ['rate_limited'],
    handle: async ({ query, origin: { address } }, services, { tenantId, userId, sessionId }) =>
      downloadPart({ tenantId, userId, currentId: sessionId, address }, query.cursor, services),
  }),
  deleteAccount: group.person({
    method: 'DELETE',
    path: '/v1/auth/account',
    scope: null,
    summary: 'Delete your account',
    description:
      'Takes a sign-in of the last 10 minutes. Your sessions end and the address is free at once; what else is stored of ' +
      'you is erased within two days. API keys that you made stay the tenant’s. The last administrator cannot: close the ' +
      'tenant instead.',
    success: {
      status: 200,
      description: 'The account is deleted.',
      schema: z.object({ id: z.string(), status: z.literal('deleted') }),
    },
    query: z.strictObject({
      email: z.string().max(254).describe('Your address, so that nothing is deleted by mistake.'),
    }),
    errors: ['reauthentication_required', 'rate_limited', 'conflicting_state'],
    handle: async ({ query, origin }, { deletion, requireRecentSignIn }, caller) => {
      const { email } = await findPerson(caller.tenantId, caller.userId, deletion.people);
      if (query.email !== email) throw invalidField('email', 'must be the address of your account');
      await requireRecentSignIn(caller);
      await deleteAccount(caller, originOf(caller, origin), deletion);
      return { id: caller.userId, status: 'deleted' };
    },
  }),
  closeTenant: group.person({
    method: 'DELETE',
    path: '/v1/tenant',
    scope: 'people',
    summary: 'Close the tenant: everything of it is refused, and erased after 30 days',
    description:
      'For the last administrator, with a sign-in of the last 10 minutes. Every key, session and app of the tenant is ' +
      'refused within two seconds. Until `erases_at` an administrator can reopen it on the page `/account`, to which a ' +
      'mail leads. Export what you need before.',
    tag: 'Tenant',
    success: {
      status: 200,
      description: 'The tenant is closed.',
      schema: z.object({ id: z.string(), status: z.literal('closed'), erases_at: time }),
    },
    query: z.strictObject({
      name: z.string().max(100).describe('Of the tenant, so that none is closed by mistake.'),
    }),
    errors: ['reauthentication_required', 'rate_limited', 'conflicting_state'],
    handle: async ({ query, origin, acceptLanguage }, { closing, requireRecentSignIn }, caller) => {
      const tenant = await closing.tenants.find(caller.tenantId);
      if (query.name !== tenant?.name) throw invalidField('name', 'must be the name of the tenant');
      await requireRecentSignIn(caller);
      const language = chooseLanguage(undefined, acceptLanguage);
      const erasesAt = await closeTenant(caller, language, originOf(caller, origin), closing);
      return { id: caller.tenantId, status: 'closed', erases_at: timestamp(erasesAt) ?? '' };
    },
  }),
});
