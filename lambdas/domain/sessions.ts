import { randomUUIDv7 } from 'node:crypto';
import type { UserCaller } from './caller.ts';
import type { SessionRecord } from './decision.ts';
import type { User } from './user.ts';

/** A demotion rewrites all sessions of a user at once, so there are never more than one transaction takes. */
export const MAX_SESSIONS_PER_USER = 50;

export interface NewSession {
  readonly sessionId: string;
  readonly user: User;
  readonly workspaceId: string;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Without a refresh. */
  readonly expiresAt: number;
  /** Used or not. */
  readonly endsAt: number;
}

export interface SessionStore {
  create(session: NewSession): Promise<void>;
  /** The user's session ids, oldest first. */
  sessionIds(userId: string): Promise<string[]>;
  /** From the moment this has answered, no request of the session is let in. */
  end(
    session: Pick<UserCaller, 'sessionId' | 'userId'>,
    actor: string,
    requestId: string,
    what?: string,
  ): Promise<void>;
  /** Moves the session's expiry to `expiresAt`, never back; undefined when the session is over. */
  extend(
    session: Pick<UserCaller, 'sessionId' | 'userId'>,
    expiresAt: number,
    now: number,
    requestId: string,
  ): Promise<SessionRecord | undefined>;
}

/** Opens a session that expires after `idleSeconds`, and can be extended up to `absoluteSeconds`; beyond {@link MAX_SESSIONS_PER_USER} the oldest ones end. */
export async function openSession(
  user: User,
  workspaceId: string,
  idleSeconds: number,
  sessions: SessionStore,
  now: number,
  absoluteSeconds = idleSeconds,
): Promise<{ readonly sessionId: string; readonly userId: string; readonly tenantId: string }> {
  // Ids of version 7 (RFC 9562) sort by time: the first of a list is the oldest.
  const sessionId = randomUUIDv7();
  const { userId, tenantId } = user;
  const open = await sessions.sessionIds(userId);
  for (const oldest of open.slice(0, Math.max(0, open.length + 1 - MAX_SESSIONS_PER_USER))) {
    await sessions.end({ sessionId: oldest, userId }, `user:${userId}`, 'session-limit');
  }
  await sessions.create({
    sessionId,
    user,
    workspaceId,
    createdAt: now,
    expiresAt: now + idleSeconds,
    endsAt: now + absoluteSeconds,
  });
  return { sessionId, userId, tenantId };
}
