import { challengeKey, pendingKey } from '../kernel/item-keys.ts';
import { N, number, oneOf, S, text } from '../kernel/items.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import type { Challenge, ChallengePurpose, Pending, PendingStore } from './pending.ts';

/** Who has proven the password alone, and the challenges of browsers; each forgets itself. TTL deletes late, so times are compared. */
export class DynamoPendingStore implements PendingStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(hash: string, pending: Pending): Promise<void> {
    const Item = {
      ...pendingKey(hash),
      ten: S(pending.tenantId),
      usr: S(pending.userId),
      wsp: S(pending.workspaceId),
      uv: N(pending.userVersion),
      must: S(pending.must),
      kind: S(pending.kind),
      ttl: N(pending.expiresAt),
    };
    await this.#table.transact([{ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }]);
  }

  async find(hash: string, now: number): Promise<Pending | undefined> {
    const item = await this.#table.get(pendingKey(hash));
    if (item === undefined || number(item, 'ttl') <= now) return undefined;
    return {
      tenantId: text(item, 'ten'),
      userId: text(item, 'usr'),
      workspaceId: text(item, 'wsp'),
      userVersion: number(item, 'uv'),
      must: oneOf(['prove', 'enrol'], text(item, 'must')),
      kind: oneOf(['browser', 'program'], text(item, 'kind')),
      expiresAt: number(item, 'ttl'),
    };
  }

  end(hash: string): Promise<boolean> {
    const end = { Key: pendingKey(hash), ConditionExpression: 'attribute_exists(PK)' };
    return isCommitted(this.#table.transact([{ Delete: end }]));
  }

  async challenge(hash: string, { purpose, value, expiresAt }: Challenge): Promise<void> {
    const Item = { ...challengeKey(hash, purpose), val: S(value), ttl: N(expiresAt) };
    await this.#table.transact([{ Put: { Item } }]);
  }

  async takeChallenge(hash: string, purpose: ChallengePurpose, now: number): Promise<string | undefined> {
    const item = await this.#table.get(challengeKey(hash, purpose));
    if (item === undefined) return undefined;
    const taken = await this.#table.updateIf(challengeKey(hash, purpose), {
      UpdateExpression: 'REMOVE val',
      ConditionExpression: 'val = :val AND #ttl > :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':val': S(item.val?.S ?? '-'), ':now': N(now) },
    });
    return taken ? text(item, 'val') : undefined;
  }
}
