import type { ChangeOrigin } from '../audit/entries.ts';
import type { Clock } from '../kernel/clock.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import type { App } from './app.ts';
import type { AppStore } from './consent.ts';

export interface DisconnectContext {
  readonly apps: Pick<AppStore, 'find' | 'disconnect'>;
  readonly sessions: Pick<SessionStore, 'end' | 'list'>;
  readonly clock: Clock;
}

/** Takes back what a person has agreed to for a client, and ends its sessions; undefined where there is no such app. */
export async function disconnect(
  userId: string,
  appId: string,
  origin: ChangeOrigin,
  { apps, sessions, clock }: DisconnectContext,
): Promise<App | undefined> {
  const app = await apps.find(userId, appId, clock());
  if (app === undefined) return undefined;
  // The consent first: a code that is out opens no session after it, and one that it has opened is found below.
  await apps.disconnect(app, origin, clock());
  for (const { sessionId, clientId } of await sessions.list(userId, clock()))
    if (clientId === app.clientId) await sessions.end({ sessionId, userId }, origin);
  return app;
}
