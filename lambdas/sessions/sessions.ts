import { randomUUIDv7 } from 'node:crypto';
import type { ChangeOrigin, RequestOrigin } from '../audit/entries.ts';
import type { Role } from '../contract/scopes.ts';
import type { Authentication } from '../kernel/authentication.ts';
import type { UserCaller } from '../kernel/caller.ts';
import type { NewRefreshToken } from './refresh-tokens.ts';
import type { Session, SessionView } from './session.ts';
import type { SessionRecord } from './session-record.ts';
import type { User } from './user.ts';

/**
 * Sessions of a person's own logins at most, and of OAuth clients as many more: an agent cannot log out a browser. A
 * demotion rewrites all of them at once.
 */
export const MAX_SESSIONS_PER_USER = 50;

/** The two kinds of sessions, which are counted apart. */
export type SessionKind = 'login' | 'client';

/** A session that is about to open, for a person as they are. */
export interface NewSession
  extends Pick<Session, 'sessionId' | 'workspaceId' | 'createdAt' | 'expiresAt' | 'endsAt'> {
  readonly user: User;
  readonly authentication: Authentication;
  /** See {@link Session}. @default null */
  readonly clientId?: string | undefined;
  /** The first one that continues it, created in the same write. @default - none */
  readonly refreshToken?: NewRefreshToken | undefined;
  readonly origin: ChangeOrigin;
}

/** The session that a token names. */
export type OpenedSession = Pick<UserCaller, 'sessionId' | 'userId' | 'tenantId'>;

/** The standing of a person, which their sessions follow. */
export interface UserStanding {
  readonly role: Role;
  /** The version of the person's row that says so: an older one never overwrites a newer one. */
  readonly version: number;
  /** Sessions that were opened for an older version than this end: a password was changed then. */
  readonly passwordVersion: number;
  /** The session in which it was changed, which goes on. */
  readonly keptSession: string | null;
}

/** Why a session ended: logged out or ended by hand, or a refresh token or the code of it that came twice. */
export type SessionEnd = 'end' | 'refresh-reuse' | 'code-reuse';

export interface SessionStore {
  /** Throws `conflicting_state` when the user is no longer at the version that the session is opened for. */
  create(session: NewSession): Promise<void>;
  /** The ids of a user's sessions of a kind, oldest first. */
  sessionIds(userId: string, kind: SessionKind): Promise<string[]>;
  /** From the moment this has answered, no request of the session is let in. */
  end(
    session: Pick<UserCaller, 'sessionId' | 'userId'>,
    origin: ChangeOrigin,
    what?: SessionEnd,
  ): Promise<void>;
  /** Moves the session's expiry to `expiresAt`, never back; undefined when the session is over. */
  extend(
    session: Pick<UserCaller, 'sessionId' | 'userId'>,
    expiresAt: number,
    now: number,
  ): Promise<ExtendedSession | undefined>;
  /** When and how the person of an active session last proved who they are; undefined when the session is over. */
  authentication(session: Pick<UserCaller, 'sessionId' | 'userId'>): Promise<Authentication | undefined>;
  /** The user's live sessions, oldest first. */
  list(userId: string, now: number): Promise<SessionView[]>;
  /** Brings every session in line with its person; ends them all when there is no such person any more. Resumable. */
  settle(userId: string, standing: UserStanding | undefined, origin: ChangeOrigin): Promise<void>;
}

/** A session that goes on, with what its tokens say. */
export interface ExtendedSession extends SessionRecord {
  readonly authentication: Authentication;
}

/** The part of the store that opens sessions. */
export type OpeningSessions = Pick<SessionStore, 'create' | 'sessionIds' | 'list' | 'end'>;

/**
 * Opens a session that expires after `idleSeconds`, and can be extended up to `absoluteSeconds`; beyond
 * {@link MAX_SESSIONS_PER_USER} of its kind those end that nobody has used for longest.
 */
export async function openSession(
  {
    user,
    workspaceId,
    authentication,
    clientId,
    refresh,
    lifetime,
    from,
  }: {
    readonly user: User;
    readonly workspaceId: string;
    readonly authentication: Authentication;
    /** The OAuth client that it is for. @default - the person's own login */
    readonly clientId?: string | undefined;
    /** The refresh token that continues it. @default - none */
    readonly refresh?: Pick<NewRefreshToken, 'hash' | 'expiresAt' | 'grant'> | undefined;
    readonly lifetime: { readonly idleSeconds: number; readonly absoluteSeconds: number };
    readonly from: RequestOrigin;
  },
  sessions: OpeningSessions,
  now: number,
): Promise<OpenedSession> {
  const sessionId = randomUUIDv7();
  const { userId, tenantId } = user;
  const origin = { actor: `user:${userId}`, ...from };
  const kind = clientId === undefined ? 'login' : 'client';
  for (const one of await sessionsToEnd(userId, kind, sessions, now))
    await sessions.end({ sessionId: one, userId }, origin);
  const opened = { sessionId, userId, tenantId };
  const endsAt = now + lifetime.absoluteSeconds;
  await sessions.create({
    sessionId,
    user,
    workspaceId,
    authentication,
    clientId,
    createdAt: now,
    expiresAt: now + lifetime.idleSeconds,
    endsAt,
    refreshToken: refresh && { ...opened, endsAt, ...refresh },
    origin,
  });
  return opened;
}

/** Those that make room for one more: what is over already first, then what is unused for longest. */
async function sessionsToEnd(
  userId: string,
  kind: SessionKind,
  sessions: OpeningSessions,
  now: number,
): Promise<string[]> {
  const open = await sessions.sessionIds(userId, kind);
  const excess = open.length + 1 - MAX_SESSIONS_PER_USER;
  if (excess <= 0) return [];
  const live = await sessions.list(userId, now);
  const usedAt = new Map(live.map((view) => [view.sessionId, view.lastUse?.at ?? view.createdAt]));
  const lastUse = (sessionId: string) => usedAt.get(sessionId) ?? 0;
  // The sort is stable: of two alike the older one ends.
  return open.toSorted((one, other) => lastUse(one) - lastUse(other)).slice(0, excess);
}
