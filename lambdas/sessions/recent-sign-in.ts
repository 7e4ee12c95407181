import { isRecent, type RequireRecentSignIn, reauthenticationRequired } from '../kernel/authentication.ts';
import type { Clock } from '../kernel/clock.ts';
import type { SessionStore } from './sessions.ts';

/** The check of sessions, for what asks for a recent sign-in. */
export function recentSignIns({
  sessions,
  clock,
}: {
  readonly sessions: Pick<SessionStore, 'authentication'>;
  readonly clock: Clock;
}): RequireRecentSignIn {
  return async (caller) => {
    if (caller.kind !== 'user') return;
    const authentication = await sessions.authentication(caller);
    if (authentication === undefined || !isRecent(authentication, clock())) throw reauthenticationRequired();
  };
}
