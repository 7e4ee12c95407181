import { changeNote } from '../audit/change-note.ts';
import type { ChangeOrigin } from '../audit/entries.ts';
import { sessionKey, userKey, userSessionKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import type { Table } from '../kernel/table.ts';
import { type SessionRecord, sessionRecord } from './session-record.ts';
import {
  MAX_SESSIONS_PER_USER,
  type NewSession,
  type SessionEnd,
  type SessionStore,
  type SessionView,
  type UserStanding,
} from './sessions.ts';

/** Sessions in the table: a hot record each, and a row of their user by which they are found. */
export class DynamoSessionStore implements SessionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(session: NewSession): Promise<void> {
    const { sessionId, user, workspaceId, createdAt, expiresAt, endsAt, origin } = session;
    // Until it could be extended no more: of a session that idled out, people see why it stopped.
    const ttl = N(endsAt);
    const { version = 0 } = user;
    await this.#table.transact([
      // A demotion or removal that commits first makes this fail; one that commits later finds the session.
      {
        ConditionCheck: {
          Key: userKey(user.tenantId, user.userId),
          ConditionExpression:
            version === 0 ? 'attribute_exists(PK) AND attribute_not_exists(ver)' : 'ver = :version',
          ...(version === 0 ? {} : { ExpressionAttributeValues: { ':version': N(version) } }),
        },
        otherwise: new Problem('conflicting_state'),
      },
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
            uv: N(version),
            seq: N(1),
            chg: changeNote(origin, 'create'),
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
    origin: ChangeOrigin,
    what: SessionEnd = 'end',
  ): Promise<void> {
    await this.#change(userId, sessionId, origin, what, {
      set: 'st = :ended',
      values: { ':ended': S('ended') },
    });
    await this.#table.delete(userSessionKey(userId, sessionId));
  }

  async list(userId: string, now: number): Promise<SessionView[]> {
    const rows = await this.#rows(userId);
    const records = await this.#table.getAll(rows.map((row) => sessionKey(sessionIdOf(row))));
    const byId = new Map(records.map((record) => [record.sid?.S, record]));
    return rows.flatMap((row) => {
      const record = byId.get(sessionIdOf(row));
      if (record === undefined || record.usr?.S !== userId) return [];
      if (record.st?.S !== 'active' || number(record, 'xa') <= now) return [];
      const usedAt = number(record, 'seen');
      return [
        {
          sessionId: sessionIdOf(row),
          createdAt: number(row, 'createdAt'),
          expiresAt: number(record, 'xa'),
          lastUse: usedAt === 0 ? null : { at: usedAt, address: record.ip?.S ?? '' },
        },
      ];
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
        (await this.#change(userId, sessionId, origin, 'end', {
          set: 'st = :ended',
          values: { ':ended': S('ended'), ':password': N(passwordVersion) },
          condition: 'uv < :password',
        }));
      if (isOutdated) await this.#table.delete(userSessionKey(userId, sessionId));
      else
        await this.#change(userId, sessionId, origin, 'role', {
          set: 'rol = :role, uv = :version',
          values: { ':role': S(role), ':version': N(version) },
          condition: 'uv < :version',
        });
    }
  }

  /** All rows of a user, oldest first; TTL may not have deleted the last ones yet. */
  async #rows(userId: string): Promise<Item[]> {
    const rows: Item[] = [];
    for (let more = true; more; ) {
      const page = await this.#table.query(`USER#${userId}`, 'SESSION#', 100, rows.at(-1)?.SK?.S);
      rows.push(...page.items);
      more = page.more;
    }
    return rows;
  }

  /** The one conditional write by which a hot record changes; false when its condition does not hold. */
  async #change(
    userId: string,
    sessionId: string,
    origin: ChangeOrigin,
    what: string,
    change: { readonly set: string; readonly values: Item; readonly condition?: string },
  ): Promise<boolean> {
    const { set, values, condition } = change;
    try {
      await this.#table.update(sessionKey(sessionId), {
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
      return true;
    } catch (error) {
      // Ended already, or deleted by TTL: either way it is over.
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  async extend(
    { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
    expiresAt: number,
    now: number,
  ): Promise<SessionRecord | undefined> {
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
      return item && sessionRecord(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      if (error.Item === undefined || number(error.Item, 'xa') <= expiresAt) return undefined;
    }
    // Another refresh has moved it further: that stays.
    try {
      const item = await extension(false);
      return item && sessionRecord(item);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return undefined;
    }
  }
}

function sessionIdOf(row: Item): string {
  return text(row, 'SK').slice('SESSION#'.length);
}
