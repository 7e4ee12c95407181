import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import type { Authentication } from '../../../lambdas/kernel/authentication.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { SessionView } from '../../../lambdas/sessions/session.ts';
import type {
  ExtendedSession,
  NewSession,
  OpenedSession,
  SessionEnd,
  SessionKind,
  SessionStore,
  UserStanding,
} from '../../../lambdas/sessions/sessions.ts';
import { unused } from './refresh-store.ts';
import { NO_USES, pair, type State, type StoredSession } from './state.ts';

type Named = Pick<OpenedSession, 'sessionId' | 'userId'>;

export class MemorySessionStore implements SessionStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async create({
    sessionId,
    user,
    workspaceId,
    authentication,
    clientId,
    createdAt,
    expiresAt,
    refreshToken,
    origin,
  }: NewSession): Promise<void> {
    const { userId, tenantId, role, version = 0 } = user;
    if (this.#state.people.get(pair(tenantId, userId))?.version !== version)
      throw new Problem('conflicting_state');
    this.#state.sessions.set(sessionId, {
      ...NO_USES,
      state: 'active',
      expiresAt,
      caller: { sessionId, tenantId, workspaceId, userId, role },
      createdAt,
      authentication,
      clientId: clientId ?? null,
      userAgent: origin.userAgent ?? null,
      version,
      change: { ...origin, what: 'create' },
    });
    if (refreshToken !== undefined) this.#state.refreshTokens.set(refreshToken.hash, unused(refreshToken));
  }

  async sessionIds(userId: string, kind: SessionKind): Promise<string[]> {
    const ofKind = this.#ofUser(userId).filter(({ clientId }) => (clientId === null) === (kind === 'login'));
    return ofKind.map(({ caller }) => caller.sessionId);
  }

  async end({ sessionId, userId }: Named, origin: ChangeOrigin, what: SessionEnd = 'end'): Promise<void> {
    const session = this.#active({ sessionId, userId });
    if (session === undefined) return;
    this.#state.sessions.set(sessionId, { ...session, state: 'ended', change: { ...origin, what } });
  }

  async extend(named: Named, expiresAt: number, now: number): Promise<ExtendedSession | undefined> {
    const session = this.#active(named);
    if (session === undefined || session.expiresAt <= now) return undefined;
    const extended = { ...session, expiresAt: Math.max(session.expiresAt, expiresAt) };
    this.#state.sessions.set(named.sessionId, extended);
    return extended;
  }

  async authentication(named: Named): Promise<Authentication | undefined> {
    return this.#active(named)?.authentication;
  }

  async list(userId: string, now: number): Promise<SessionView[]> {
    return this.#ofUser(userId)
      .filter(({ expiresAt }) => expiresAt > now)
      .map(
        ({
          caller: { sessionId, workspaceId },
          authentication,
          clientId,
          userAgent,
          createdAt,
          expiresAt,
          lastUse,
        }) => ({
          sessionId,
          clientId,
          userAgent,
          workspaceId,
          createdAt,
          ...authentication,
          expiresAt,
          lastUse,
        }),
      );
  }

  async settle(userId: string, standing: UserStanding | undefined, origin: ChangeOrigin): Promise<void> {
    for (const session of this.#ofUser(userId)) {
      const { sessionId } = session.caller;
      const isOutdated =
        standing === undefined ||
        (sessionId !== standing.keptSession && session.version < standing.passwordVersion);
      if (isOutdated) {
        this.#state.sessions.set(sessionId, {
          ...session,
          state: 'ended',
          change: { ...origin, what: 'end' },
        });
      } else if (session.version < standing.version) {
        this.#state.sessions.set(sessionId, {
          ...session,
          version: standing.version,
          caller: { ...session.caller, role: standing.role },
          change: { ...origin, what: 'role' },
        });
      }
    }
  }

  /** The sessions of a user that have not ended, oldest first: ids of version 7 (RFC 9562) sort by time. */
  #ofUser(userId: string): StoredSession[] {
    return [...this.#state.sessions.values()]
      .filter(({ caller, state }) => caller.userId === userId && state === 'active')
      .sort((one, other) => (one.caller.sessionId < other.caller.sessionId ? -1 : 1));
  }

  #active({ sessionId, userId }: Named): StoredSession | undefined {
    const session = this.#state.sessions.get(sessionId);
    return session?.caller.userId === userId && session.state === 'active' ? session : undefined;
  }
}
