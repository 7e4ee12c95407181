import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import { timestamp } from '../kernel/clock.ts';
import { time } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import type { BrowserSignIn } from './browser-sign-ins.ts';
import { endOthers, endOwn, type OwnSessionsContext } from './own-sessions.ts';
import { SESSION } from './session.ts';

/** The services of these rows in the function `management`. */
export type SessionServices = OwnSessionsContext;

export const sessionView = z
  .object({
    id: z.string(),
    is_current: z.boolean(),
    client_id: z
      .string()
      .nullable()
      .describe('The OAuth client that acts for the person; null for their own login.'),
    user_agent: z.string().nullable().describe('Of the program that opened it.'),
    created_at: time,
    auth_time: time.nullable().describe('When the person last proved who they are in it.'),
    amr: z.array(z.string()).describe('How: `pwd` and other values of RFC 8176.'),
    expires_at: time,
    last_used_at: time.nullable(),
    last_used_ip: z.string().nullable(),
  })
  .meta({ id: 'Session' });

export const viewSession = SESSION.viewAs<z.output<typeof sessionView>>();

export const signInView = z
  .object({
    id: z.string(),
    user_agent: z.string().nullable().describe('Of the browser.'),
    ip: z.string().nullable().describe('From which it signed in.'),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'SignIn' });

export function viewSignIn(signIn: BrowserSignIn): z.output<typeof signInView> {
  return {
    id: signIn.signInId,
    user_agent: signIn.userAgent,
    ip: signIn.address,
    created_at: timestamp(signIn.authTime) ?? '',
    expires_at: timestamp(signIn.expiresAt) ?? '',
  };
}

/** Where a person is signed in. */
export const openSessionsView = z
  .object({ data: z.array(sessionView), sign_ins: z.array(signInView) })
  .meta({ id: 'OpenSessions' });

/** Where a person is signed in, as the session `currentId` is told it. */
export async function viewOpenSessions(
  userId: string,
  currentId: string,
  { sessions, signIns, clock }: OwnSessionsContext,
): Promise<z.output<typeof openSessionsView>> {
  const open = await sessions.list(userId, clock());
  return {
    data: open.map((session) => viewSession(session, { currentId })),
    sign_ins: (await signIns.ofPerson(userId, clock())).map(viewSignIn),
  };
}

const group = routeGroup<SessionServices>()({ service: 'management', tag: 'Accounts' });

export const sessionRoutes = group.rows({
  listSessions: group.person({
    method: 'GET',
    path: '/v1/auth/sessions',
    scope: null,
    summary: 'List your sessions, and the browsers in which you are signed in, oldest first',
    success: {
      status: 200,
      description: 'The sessions that are open.',
      schema: openSessionsView,
    },
    errors: [],
    handle: (_request, services, { userId, sessionId }) => viewOpenSessions(userId, sessionId, services),
  }),
  endSession: group.person({
    method: 'DELETE',
    path: '/v1/auth/sessions/{id}',
    scope: null,
    summary: 'End one of your sessions or sign-ins',
    success: {
      status: 200,
      description: 'The session has ended.',
      schema: z.object({ id: z.string(), status: z.literal('ended') }),
    },
    errors: ['not_found'],
    handle: async ({ params: { id = '' }, origin }, services, caller) => {
      if (!(await endOwn(caller, id, originOf(caller, origin), services)))
        throw new Problem('not_found', { message: 'You have no open session with this id.' });
      return { id, status: 'ended' };
    },
  }),
  endOtherSessions: group.person({
    method: 'DELETE',
    path: '/v1/auth/sessions',
    scope: null,
    summary: 'End all your sessions and sign-ins but the session that asks',
    success: {
      status: 200,
      description: 'They have ended.',
      schema: z.object({ status: z.literal('ended'), ended: z.int().describe('By this call.') }),
    },
    errors: [],
    handle: async ({ origin }, services, caller) => {
      const ended = await endOthers(caller, caller.sessionId, originOf(caller, origin), services);
      return { status: 'ended', ended };
    },
  }),
  logout: group.person({
    method: 'POST',
    path: '/v1/auth/logout',
    scope: null,
    summary: 'End the session, or all of yours and your sign-ins: their tokens are refused from now on',
    body: z.strictObject({ all: z.boolean().default(false) }),
    success: {
      status: 200,
      description: 'The session has ended.',
      schema: z.object({ status: z.literal('ended') }),
    },
    errors: [],
    handle: async ({ body, origin }, services, caller) => {
      const { userId, sessionId } = caller;
      const by = originOf(caller, origin);
      // The caller's own comes last: were this cut off, they could repeat it.
      if (body.all) await endOthers(caller, sessionId, by, services);
      await services.sessions.end({ sessionId, userId }, by);
      return { status: 'ended' };
    },
  }),
});
