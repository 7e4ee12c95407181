import { parseScopes, scopesText } from '../contract/scopes.ts';
import { authenticationItem, storedAuthentication } from '../kernel/authentication.ts';
import { appKey, codeKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { sessionWrites } from '../sessions/session-store.ts';
import type { NewSession } from '../sessions/sessions.ts';
import { appIdOf } from './app.ts';
import type { Approval, Code, CodeStore } from './codes.ts';

/** Seconds for which a used code is remembered, so that its second use ends what the first gave. */
const MEMORY_SECONDS = 86_400;

/** TTL deletes late, so the expiry is compared. */
const NOT_EXPIRED = 'xa > :now';
const UNUSED = 'attribute_not_exists(sid)';

/** Authorization codes in the table, by their hash. */
export class DynamoCodeStore implements CodeStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async issue(hash: string, { redirectUri, challenge, ...approval }: Omit<Code, 'sessionId'>): Promise<void> {
    await this.#table.transact([
      {
        Put: {
          Item: {
            ...codeKey(hash),
            ...approvalItem(approval),
            red: S(redirectUri),
            cch: S(challenge),
            xa: N(approval.expiresAt),
            ttl: N(approval.expiresAt + MEMORY_SECONDS),
          },
          ConditionExpression: 'attribute_not_exists(PK)',
        },
      },
    ]);
  }

  async find(hash: string): Promise<Code | undefined> {
    const item = await this.#table.get(codeKey(hash));
    return (
      item && {
        ...approvalOf(item),
        redirectUri: text(item, 'red'),
        challenge: text(item, 'cch'),
        sessionId: item.sid?.S ?? null,
      }
    );
  }

  redeem(hash: string, session: NewSession, now: number): Promise<boolean> {
    const use: TransactionWrite = {
      Update: {
        Key: codeKey(hash),
        UpdateExpression: 'SET sid = :session',
        ConditionExpression: `attribute_exists(PK) AND ${NOT_EXPIRED} AND ${UNUSED}`,
        ExpressionAttributeValues: { ':session': S(session.sessionId), ':now': N(now) },
      },
    };
    // A session of the person themselves hangs on no consent.
    const consent = session.clientId === undefined ? [] : [stillConnected(session)];
    return isCommitted(this.#table.transact([use, ...consent, ...sessionWrites(session)]));
  }
}

/** That the person has not taken back their consent since: a session that is opened before is found by who does. */
export function stillConnected({ user, clientId = '' }: NewSession): TransactionWrite {
  return {
    ConditionCheck: {
      Key: appKey(user.userId, appIdOf({ clientId })),
      ConditionExpression: 'attribute_exists(PK)',
    },
  };
}

/** The attributes of what a person has approved. */
export function approvalItem({
  tenantId,
  userId,
  userVersion,
  workspaceId,
  grant,
  authentication,
}: Omit<Approval, 'expiresAt'>): Item {
  return {
    ten: S(tenantId),
    usr: S(userId),
    uv: N(userVersion),
    wsp: S(workspaceId),
    cli: S(grant.clientId),
    scp: S(scopesText(grant.scopes)),
    res: S(grant.resource),
    ...authenticationItem(authentication),
  };
}

export function approvalOf(item: Item): Approval {
  return {
    tenantId: text(item, 'ten'),
    userId: text(item, 'usr'),
    userVersion: number(item, 'uv'),
    workspaceId: text(item, 'wsp'),
    grant: {
      clientId: text(item, 'cli'),
      scopes: parseScopes(text(item, 'scp')),
      resource: text(item, 'res'),
    },
    authentication: storedAuthentication(item),
    expiresAt: number(item, 'xa'),
  };
}
