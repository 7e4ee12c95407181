import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import type { Clock } from '../kernel/clock.ts';
import { storedScopes, time } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import { APP } from './app.ts';
import type { AppStore } from './consent.ts';
import { disconnect } from './disconnect.ts';

/** The services of these rows in the function `management`. */
export interface AppServices {
  readonly apps: AppStore;
  readonly sessions: Pick<SessionStore, 'end' | 'list'>;
  readonly clock: Clock;
}

export const appView = z
  .object({
    id: z.string(),
    client_id: z.string(),
    name: z.string().nullable().describe('As the client calls itself; its host is what has been shown.'),
    host: z.string().nullable(),
    scopes: storedScopes.readonly(),
    workspace_id: z.string(),
    connected_at: time,
  })
  .meta({ id: 'App' });

export const viewApp = APP.viewAs<z.output<typeof appView>>();

const group = routeGroup<AppServices>()({ service: 'management', tag: 'OAuth' });

export const appRoutes = group.rows({
  listApps: group.person({
    method: 'GET',
    path: '/v1/auth/apps',
    scope: null,
    summary: 'List the clients that you have let act for you',
    success: {
      status: 200,
      description: 'Your connected apps.',
      schema: z.object({ data: z.array(appView) }),
    },
    errors: [],
    handle: async (_request, { apps, clock }, { userId }) => {
      const connected = await apps.list(userId, clock());
      return { data: connected.map((app) => viewApp(app, undefined)) };
    },
  }),
  disconnectApp: group.person({
    method: 'DELETE',
    path: '/v1/auth/apps/{id}',
    scope: null,
    summary: 'Take back what you have agreed to for a client: its tokens are refused from now on',
    success: {
      status: 200,
      description: 'The client can do nothing any more, and has to ask again.',
      schema: z.object({ id: z.string(), status: z.literal('disconnected') }),
    },
    errors: ['not_found'],
    handle: async ({ params: { id = '' }, origin }, services, caller) => {
      const app = await disconnect(caller.userId, id, originOf(caller, origin), services);
      if (app === undefined)
        throw new Problem('not_found', { message: 'You have no connected app with this id.' });
      return { id: app.appId, status: 'disconnected' };
    },
  }),
});
