import * as z from 'zod';
import { routeGroup } from '../kernel/route.ts';
import { openSessionsView, viewOpenSessions } from '../sessions/rows.ts';
import { findPerson } from './people.ts';
import { endSessionsOf, type PersonSessionsContext } from './person-sessions.ts';

/** The services of these rows in the function `people`. */
export interface PersonSessionServices {
  readonly personSessions: PersonSessionsContext;
}

const group = routeGroup<PersonSessionServices>()({ service: 'people', tag: 'Users' });

/** What an administrator sees and ends of a person of the tenant (OWASP ASVS 5.0, 7.4.5). */
export const personSessionRoutes = group.rows({
  listUserSessions: group.person({
    method: 'GET',
    path: '/v1/users/{id}/sessions',
    scope: 'people',
    summary: 'List the sessions of a person, and the browsers in which they are signed in, oldest first',
    success: {
      status: 200,
      description: 'The sessions that are open.',
      schema: openSessionsView,
    },
    errors: ['not_found'],
    handle: async ({ params }, { personSessions }, caller) => {
      const { people, ownSessions } = personSessions;
      const { userId } = await findPerson(caller.tenantId, params.id ?? '', people);
      return viewOpenSessions(userId, caller.sessionId, ownSessions);
    },
  }),
  endUserSessions: group.person({
    method: 'DELETE',
    path: '/v1/users/{id}/sessions',
    scope: 'people',
    summary: 'End all sessions and sign-ins of a person, or one of them',
    description: 'Takes no fewer rights than the person has. Of all, the session that asks goes on.',
    query: z.strictObject({
      session_id: z.string().min(1).max(100).optional().describe('Of the one. All of them, without.'),
    }),
    success: {
      status: 200,
      description: 'They have ended: their tokens are refused from now on.',
      schema: z.object({ status: z.literal('ended'), ended: z.int().describe('By this call.') }),
    },
    errors: ['not_found', 'exceeds_own_rights'],
    handle: async ({ params, query, origin }, { personSessions }, caller) => {
      const wanted = { userId: params.id ?? '', sessionId: query.session_id };
      return { status: 'ended', ended: await endSessionsOf(wanted, caller, origin, personSessions) };
    },
  }),
});
