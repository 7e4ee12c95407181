import { exchangedKey, identityKey } from '../kernel/item-keys.ts';
import { type Item, N, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type WriteCondition } from '../kernel/table.ts';
import type { User } from '../sessions/user.ts';
import type { ExchangeStore } from './exchange.ts';
import type { LinkedIdentity } from './identities.ts';

/** The people behind identities of providers, and the tokens that have been exchanged. */
export class DynamoExchangeStore implements ExchangeStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async useToken(hash: string, useId: string, expiresAt: number): Promise<boolean> {
    return this.#table.updateIf(exchangedKey(hash), {
      UpdateExpression: 'SET #by = :use, #ttl = :expiry',
      // The second is a repetition of the write by the SDK, whose answer was lost.
      ConditionExpression: 'attribute_not_exists(PK) OR #by = :use',
      ExpressionAttributeNames: { '#by': 'by', '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':use': S(useId), ':expiry': N(expiresAt) },
    });
  }

  async findIdentity(hash: string): Promise<LinkedIdentity | undefined> {
    const item = await this.#table.get(identityKey(hash));
    return item && { userId: text(item, 'userId'), isManaged: item.isManaged?.BOOL === true };
  }

  async decide(hash: string, issuedAt: number): Promise<boolean> {
    return this.#table.updateIf(identityKey(hash), {
      UpdateExpression: 'SET iat = :at',
      ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(iat) OR iat <= :at)',
      ExpressionAttributeValues: { ':at': N(issuedAt) },
    });
  }

  async link(hash: string, user: User, now: number, gone?: string): Promise<boolean> {
    const Item = identityItem(hash, user, false, now);
    const condition: WriteCondition =
      gone === undefined
        ? { ConditionExpression: 'attribute_not_exists(PK)' }
        : { ConditionExpression: 'userId = :gone', ExpressionAttributeValues: { ':gone': S(gone) } };
    return isCommitted(this.#table.transact([{ Put: { Item, ...condition } }]));
  }
}

/** That an identity is a person; `isManaged` when the exchange has made them. */
export function identityItem(
  hash: string,
  { userId, tenantId }: User,
  isManaged: boolean,
  now: number,
): Item {
  return {
    ...identityKey(hash),
    userId: S(userId),
    tenantId: S(tenantId),
    isManaged: { BOOL: isManaged },
    createdAt: N(now),
  };
}
