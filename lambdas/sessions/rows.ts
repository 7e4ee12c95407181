import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import type { Clock } from '../kernel/clock.ts';
import { time } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { SESSION } from './session.ts';
import type { SessionStore } from './sessions.ts';

/** The services of these rows in the function `management`. */
export interface SessionServices {
  readonly sessions: Pick<SessionStore, 'end' | 'list'>;
  readonly clock: Clock;
}

const sessionView = z
  .object({
    id: z.string(),
    is_current: z.boolean(),
    client_id: z.string().nullable().describe('The OAuth client that acts for you; null for your own login.'),
    created_at: time,
    auth_time: time.nullable().describe('When you last proved who you are in it.'),
    amr: z.array(z.string()).describe('How: `pwd` and other values of RFC 8176.'),
    expires_at: time,
    last_used_at: time.nullable(),
    last_used_ip: z.string().nullable(),
  })
  .meta({ id: 'Session' });

const viewSession = SESSION.viewAs<z.output<typeof sessionView>>();

const group = routeGroup<SessionServices>()({ service: 'management', tag: 'Accounts' });

export const sessionRoutes = group.rows({
  listSessions: group.person({
    method: 'GET',
    path: '/v1/auth/sessions',
    scope: null,
    summary: 'List your sessions, oldest first',
    success: {
      status: 200,
      description: 'The sessions that are open.',
      schema: z.object({ data: z.array(sessionView) }),
    },
    errors: [],
    handle: async (_request, { sessions, clock }, caller) => {
      const { userId, sessionId } = caller;
      const open = await sessions.list(userId, clock());
      return {
        data: open.map((session) => viewSession(session, { currentId: sessionId })),
      };
    },
  }),
  endSession: group.person({
    method: 'DELETE',
    path: '/v1/auth/sessions/{id}',
    scope: null,
    summary: 'End one of your sessions',
    success: {
      status: 200,
      description: 'The session has ended.',
      schema: z.object({ id: z.string(), status: z.literal('ended') }),
    },
    errors: ['not_found'],
    handle: async ({ params, origin }, { sessions, clock }, caller) => {
      const { userId } = caller;
      const open = await sessions.list(userId, clock());
      const found = open.find(({ sessionId }) => sessionId === params.id);
      if (found === undefined) {
        throw new Problem('not_found', { message: 'You have no open session with this id.' });
      }
      const { sessionId } = found;
      await sessions.end({ sessionId, userId }, originOf(caller, origin));
      return { id: sessionId, status: 'ended' };
    },
  }),
  logout: group.person({
    method: 'POST',
    path: '/v1/auth/logout',
    scope: null,
    summary: 'End the session, or all of yours: their tokens are refused from now on',
    body: z.strictObject({ all: z.boolean().default(false) }),
    success: {
      status: 200,
      description: 'The session has ended.',
      schema: z.object({ status: z.literal('ended') }),
    },
    errors: [],
    handle: async ({ body, origin }, { sessions, clock }, caller) => {
      const { userId, sessionId } = caller;
      const others = body.all ? await sessions.list(userId, clock()) : [];
      // The caller's own comes last: were this cut off, they could repeat it.
      const ids = [...others.map((other) => other.sessionId).filter((id) => id !== sessionId), sessionId];
      for (const id of ids) {
        await sessions.end({ sessionId: id, userId }, originOf(caller, origin));
      }
      return { status: 'ended' };
    },
  }),
});
