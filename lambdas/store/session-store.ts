import type { SessionRecord } from '../domain/decision.ts';
import { MAX_SESSIONS_PER_USER, type NewSession, type SessionStore } from '../domain/sessions.ts';
import { N, number, S, sessionKey, sessionRecord, userSessionKey } from './items.ts';
import { isConditionFailure } from './record-client.ts';
import type { Table } from './table.ts';

/** Sessions in the table: a hot record each, and a row of their user by which they are found. */
export class DynamoSessionStore implements SessionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create({ sessionId, user, workspaceId, createdAt, expiresAt, endsAt }: NewSession): Promise<void> {
    // Until it could be extended no more: of a session that idled out, people see why it stopped.
    const ttl = N(endsAt);
    await this.#table.transact([
      {
        Put: {
          Item: {
            ...sessionKey(sessionId),
            sid: S(sessionId),
            ten: S(user.tenantId),
            usr: S(user.userId),
            wsp: S(workspaceId),
            rol: S(user.role),
            st: S('active'),
            xa: N(expiresAt),
            win: N(0),
            n: N(0),
            ttl,
          },
          ConditionExpression: 'attribute_not_exists(PK)',
        },
      },
      {
        Put: {
          Item: {
            ...userSessionKey(user.userId, sessionId),
            ten: S(user.tenantId),
            createdAt: N(createdAt),
            ttl,
          },
          ConditionExpression: 'attribute_not_exists(PK)',
        },
      },
    ]);
  }

  async sessionIds(userId: string): Promise<string[]> {
    // Rows that TTL has not deleted yet count too, so more than the limit may be found.
    const { items } = await this.#table.query(`USER#${userId}`, 'SESSION#', MAX_SESSIONS_PER_USER * 2);
    return items.flatMap((item) => (item.SK?.S === undefined ? [] : [item.SK.S.slice('SESSION#'.length)]));
  }

  async end(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    actor: string,
    requestId: string,
    what = 'end',
  ): Promise<void> {
    try {
      await this.#table.update(sessionKey(sessionId), {
        UpdateExpression: 'SET st = :ended, seq = if_not_exists(seq, :zero) + :one, chg = :change',
        ConditionExpression: 'usr = :user AND st = :active',
        ExpressionAttributeValues: {
          ':ended': S('ended'),
          ':active': S('active'),
          ':user': S(userId),
          ':zero': N(0),
          ':one': N(1),
          ':change': { M: { actor: S(actor), request_id: S(requestId), what: S(what) } },
        },
      });
    } catch (error) {
      // Ended already, or deleted by TTL: either way it is over.
      if (!isConditionFailure(error)) throw error;
    }
    await this.#table.delete(userSessionKey(userId, sessionId));
  }

  async extend(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    expiresAt: number,
    now: number,
    requestId: string,
  ): Promise<SessionRecord | undefined> {
    const change = (move: boolean) =>
      this.#table.update(sessionKey(sessionId), {
        UpdateExpression: `SET ${move ? 'xa = :expiry, ' : ''}seq = if_not_exists(seq, :zero) + :one, chg = :change`,
        ConditionExpression: `usr = :user AND st = :active AND xa > :now${move ? ' AND xa <= :expiry' : ''}`,
        ExpressionAttributeValues: {
          ...(move ? { ':expiry': N(expiresAt) } : {}),
          ':now': N(now),
          ':active': S('active'),
          ':user': S(userId),
          ':zero': N(0),
          ':one': N(1),
          ':change': {
            M: { actor: S(`user:${userId}`), request_id: S(requestId), what: S('refresh') },
          },
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    try {
      const item = await change(true);
      return item && sessionRecord(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      if (error.Item === undefined || number(error.Item, 'xa') <= expiresAt) return undefined;
    }
    // Another refresh has moved it further: that stays.
    try {
      const item = await change(false);
      return item && sessionRecord(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return undefined;
    }
  }
}
