import type { AuditVerb } from '../audit/actions.ts';
import { changeNote } from '../audit/change-note.ts';
import type { ChangeOrigin } from '../audit/entries.ts';
import * as attribute from '../kernel/attributes.ts';
import { type Authentication, storedAuthentication } from '../kernel/authentication.ts';
import { sessionKey, userKey, userSessionKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import type { Table, TransactionWrite } from '../kernel/table.ts';
import { refreshTokenUpdate } from './refresh-store.ts';
import { SESSION, type Session, type SessionView } from './session.ts';
import { sessionRecord } from './session-record.ts';
import type {
  ExtendedSession,
  NewSession,
  SessionEnd,
  SessionKind,
  SessionStore,
  UserStanding,
} from './sessions.ts';

/** Sessions in the table: a hot record each, and a row of their user by which they are found. */
export class DynamoSessionStore implements SessionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(session: NewSession): Promise<void> {
    await this.#table.transact(sessionWrites(session));
  }

  async sessionIds(userId: string, kind: SessionKind): Promise<string[]> {
    // Rows that TTL has not deleted yet count too, so more than the limit may be found.
    const rows = await this.#rows(userId);
    return rows.filter((row) => (row.clientId === undefined) === (kind === 'login')).map(sessionIdOf);
  }

  async end(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    origin: ChangeOrigin,
    what: SessionEnd = 'end',
  ): Promise<void> {
    const end = { set: 'st = :ended', values: { ':ended': S('ended') } };
    await this.#change({ userId, sessionId }, end, origin, what);
    await this.#table.delete(userSessionKey(userId, sessionId));
  }

  async authentication({
    sessionId,
    userId,
  }: Pick<Session, 'sessionId' | 'userId'>): Promise<Authentication | undefined> {
    const item = await this.#table.get(sessionKey(sessionId));
    const isTheirs = item?.[attribute.USER]?.S === userId && item[attribute.STATE]?.S === 'active';
    return item && isTheirs ? storedAuthentication(item) : undefined;
  }

  async list(userId: string, now: number): Promise<SessionView[]> {
    const rows = await this.#rows(userId);
    const records = await this.#table.getAll(rows.map((row) => sessionKey(sessionIdOf(row))));
    const byId = new Map(records.map((record) => [record[attribute.SESSION_ID]?.S, record]));
    return rows.flatMap((row) => {
      const record = byId.get(sessionIdOf(row));
      const session = record && SESSION.read({ record, row });
      const isOpen = session?.userId === userId && session.state === 'active' && session.expiresAt > now;
      return isOpen ? [session] : [];
    });
  }

  async settle(userId: string, standing: UserStanding | undefined, origin: ChangeOrigin): Promise<void> {
    for (const row of await this.#rows(userId)) {
      const sessionId = sessionIdOf(row);
      if (standing === undefined) {
        await this.end({ sessionId, userId }, origin);
        continue;
      }
      const { role, version, passwordVersion, keptSession } = standing;
      const isOutdated =
        sessionId !== keptSession &&
        (await this.#change(
          { userId, sessionId },
          {
            set: 'st = :ended',
            values: { ':ended': S('ended'), ':password': N(passwordVersion) },
            condition: 'uv < :password',
          },
          origin,
          'end',
        ));
      if (isOutdated) await this.#table.delete(userSessionKey(userId, sessionId));
      else
        await this.#change(
          { userId, sessionId },
          {
            set: 'rol = :role, uv = :version',
            values: { ':role': S(role), ':version': N(version) },
            condition: 'uv < :version',
          },
          origin,
          'role',
        );
    }
  }

  /** All rows of a user, oldest first; TTL may not have deleted the last ones yet. */
  #rows(userId: string): Promise<Item[]> {
    return this.#table.queryAll(`USER#${userId}`, 'SESSION#');
  }

  /** The one conditional write by which a hot record changes; false when its condition does not hold. */
  async #change(
    { userId, sessionId }: Pick<Session, 'userId' | 'sessionId'>,
    change: { readonly set: string; readonly values: Item; readonly condition?: string },
    origin: ChangeOrigin,
    what: AuditVerb<'session'>,
  ): Promise<boolean> {
    const { set, values, condition } = change;
    // Ended already, or deleted by TTL: either way it is over.
    return this.#table.updateIf(sessionKey(sessionId), {
      UpdateExpression: `SET ${set}, seq = if_not_exists(seq, :zero) + :one, chg = :change`,
      ConditionExpression: `usr = :user AND st = :active${condition === undefined ? '' : ` AND ${condition}`}`,
      ExpressionAttributeValues: {
        ...values,
        ':active': S('active'),
        ':user': S(userId),
        ':zero': N(0),
        ':one': N(1),
        ':change': changeNote(origin, what),
      },
    });
  }

  async extend(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    expiresAt: number,
    now: number,
  ): Promise<ExtendedSession | undefined> {
    // A use and no change, as a decision is: the trail does not tell it, and the note of the last change goes.
    const extension = (move: boolean) =>
      this.#table.update(sessionKey(sessionId), {
        UpdateExpression: `${move ? 'SET xa = :expiry ' : ''}REMOVE chg`,
        ConditionExpression: `usr = :user AND st = :active AND xa > :now${move ? ' AND xa <= :expiry' : ''}`,
        ExpressionAttributeValues: {
          ...(move ? { ':expiry': N(expiresAt) } : {}),
          ':now': N(now),
          ':active': S('active'),
          ':user': S(userId),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    try {
      const item = await extension(true);
      return item && extended(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      if (error.Item === undefined || number(error.Item, attribute.EXPIRY) <= expiresAt) return undefined;
    }
    // Another refresh has moved it further: that stays.
    try {
      const item = await extension(false);
      return item && extended(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return undefined;
    }
  }
}

/** The writes that open a session, all or nothing: the code that it is given for is used in the same transaction. */
export function sessionWrites(session: NewSession): readonly TransactionWrite[] {
  const { user, origin, authentication, clientId = null, refreshToken, ...times } = session;
  const { userAgent = null } = origin;
  const { userId, tenantId, role, version = 0 } = user;
  const person = { userId, tenantId, role, userVersion: version };
  const opened = { ...SESSION.initial, ...times, ...authentication, ...person, clientId, userAgent };
  const isNew = { ConditionExpression: 'attribute_not_exists(PK)' };
  return [
    // A demotion or removal that commits first makes this fail; one that commits later finds the session.
    {
      ConditionCheck: {
        Key: userKey(tenantId, userId),
        ConditionExpression:
          version === 0
            ? `attribute_exists(PK) AND attribute_not_exists(${attribute.PERSON_VERSION})`
            : `${attribute.PERSON_VERSION} = :version`,
        ...(version === 0 ? {} : { ExpressionAttributeValues: { ':version': N(version) } }),
      },
      otherwise: new Problem('conflicting_state'),
    },
    {
      Put: {
        Item: {
          ...sessionKey(opened.sessionId),
          ...SESSION.item('record', opened),
          [attribute.WINDOW]: N(0),
          [attribute.USES]: N(0),
          [attribute.CHANGES]: N(1),
          [attribute.CHANGE]: changeNote(origin, 'create'),
        },
        ...isNew,
      },
    },
    {
      Put: {
        Item: { ...userSessionKey(userId, opened.sessionId), ...SESSION.item('row', opened) },
        ...isNew,
      },
    },
    ...(refreshToken === undefined ? [] : [{ Update: refreshTokenUpdate(refreshToken) }]),
  ];
}

function extended(item: Item): ExtendedSession {
  return { ...sessionRecord(item), authentication: storedAuthentication(item) };
}

function sessionIdOf(row: Item): string {
  return text(row, 'SK').slice('SESSION#'.length);
}
