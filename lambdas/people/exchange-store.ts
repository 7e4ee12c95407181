import { exchangedKey, identityKey, userIdentityKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type WriteCondition } from '../kernel/table.ts';
import type { User } from '../sessions/user.ts';
import type { ExchangeStore } from './exchange.ts';
import type { LinkedIdentity } from './identities.ts';
import type { IdentityList } from './identity-list.ts';

/** The people behind identities of providers, and the tokens that have been exchanged. */
export class DynamoExchangeStore implements ExchangeStore, IdentityList {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async useToken(hash: string, useId: string, expiresAt: number): Promise<boolean> {
    return this.#table.updateIf(exchangedKey(hash), {
      UpdateExpression: 'SET #by = :use, #ttl = :expiry',
      // The second is a repetition of the write by the client, whose answer was lost.
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
    const condition: WriteCondition =
      gone === undefined
        ? { ConditionExpression: 'attribute_not_exists(PK)' }
        : { ConditionExpression: 'userId = :gone', ExpressionAttributeValues: { ':gone': S(gone) } };
    const [identity, row] = identityItems(hash, user, false, now);
    return isCommitted(
      this.#table.transact([
        { Put: { Item: identity, ...condition } },
        { Put: { Item: row } },
        ...(gone === undefined ? [] : [{ Delete: { Key: userIdentityKey(gone, hash) } }]),
      ]),
    );
  }

  async ofPerson(userId: string): Promise<{ readonly linkedAt: number }[]> {
    const rows = await this.#table.queryAll(`USER#${userId}`, 'IDENTITY#');
    return rows.map((row) => ({ linkedAt: number(row, 'createdAt') }));
  }
}

/** That an identity is a person, and its row among theirs; `isManaged` when the exchange has made them. */
export function identityItems(
  hash: string,
  { userId, tenantId }: User,
  isManaged: boolean,
  now: number,
): readonly [identity: Item, row: Item] {
  const common = { tenantId: S(tenantId), createdAt: N(now) };
  return [
    { ...identityKey(hash), userId: S(userId), isManaged: { BOOL: isManaged }, ...common },
    { ...userIdentityKey(userId, hash), ...common },
  ];
}
