import { windowOf } from '../domain/allowance.ts';
import type { DecisionStore, KeyRecord, SessionRecord, Use } from '../domain/decision.ts';
import type { ControlFacts, TenantFacts } from '../domain/tenant-facts.ts';
import type { Facts } from './facts.ts';
import {
  hashText,
  type Item,
  type ItemKey,
  keyKey,
  keyRecord,
  N,
  number,
  S,
  sessionKey,
  sessionRecord,
} from './items.ts';
import { isConditionFailure, type RecordClient } from './record-client.ts';

/** The clauses of the condition (docs/architecture.md, "The decision"). */
const ACTIVE = 'st = :active';
const WINDOW_NOT_PAST = 'win <= :window';
const A_SLOT_HOLDS = '((ha = :hash AND xa > :now) OR (hb = :hash AND xb > :now))';
const NOT_EXPIRED = 'xa > :now';

/** Counts that gather on a record, the present window's too, before those of past windows are swept. */
const MAX_COUNTS = 8;
const COUNT = /^c\d+$/;

/** What one decision reads and writes in DynamoDB. */
export class DynamoDecisionStore implements DecisionStore {
  readonly #client: RecordClient;
  readonly #table: string;
  readonly #facts: Facts;

  constructor(client: RecordClient, table: string, facts: Facts) {
    this.#client = client;
    this.#table = table;
    this.#facts = facts;
  }

  async useKey(locator: string, hash: Uint8Array, address: string, now: number): Promise<Use<KeyRecord>> {
    return this.#use(keyKey(locator), A_SLOT_HOLDS, { ':hash': hashText(hash) }, address, now, keyRecord);
  }

  /** The key's record as it stands, counting nothing. Not for decisions: it proves and limits nothing. */
  async peekKey(locator: string, now: number): Promise<Use<KeyRecord>> {
    const { Responses } = await this.#client.batchGetItem({
      RequestItems: { [this.#table]: { Keys: [keyKey(locator)], ConsistentRead: true } },
    });
    const [item] = Responses?.[this.#table] ?? [];
    const window = windowOf(now);
    if (item === undefined) return { passed: false, record: undefined, window, count: 0 };
    return { passed: false, record: keyRecord(item), window, count: number(item, `c${window}`) };
  }

  async useSession(sessionId: string, address: string, now: number): Promise<Use<SessionRecord>> {
    return this.#use(sessionKey(sessionId), NOT_EXPIRED, {}, address, now, sessionRecord);
  }

  tenant(tenantId: string): Promise<TenantFacts | undefined> {
    return this.#facts.tenant(tenantId);
  }

  control(_now: number, tenantId?: string): Promise<ControlFacts> {
    return this.#facts.control(tenantId);
  }

  /**
   * The one write of a decision. Counting stands outside the condition, so a call over the limit is counted and
   * told by its count. When the record's window is ahead, our clock is behind: the write is repeated in that window.
   */
  async #use<Found>(
    Key: ItemKey,
    proof: string,
    values: Item,
    address: string,
    now: number,
    read: (item: Item) => Found,
    window = windowOf(now),
  ): Promise<Use<Found>> {
    try {
      const { Attributes: item = {} } = await this.#client.updateItem({
        TableName: this.#table,
        Key,
        // ADD counts from zero where there is no count yet.
        UpdateExpression:
          `SET win = :window, seen = :now, ip = :address` +
          ` ADD n :one, c${window} :one REMOVE c${window - 1}, chg`,
        ConditionExpression: `${ACTIVE} AND ${WINDOW_NOT_PAST} AND ${proof}`,
        ExpressionAttributeValues: {
          ...values,
          ':active': S('active'),
          ':window': N(window),
          ':now': N(now),
          ':address': S(address),
          ':one': N(1),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      await this.#sweep(Key, item, window);
      return { passed: true, record: read(item), window, count: number(item, `c${window}`) };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const item = error.Item;
      if (item === undefined) return { passed: false, record: undefined, window, count: 0 };
      const recorded = number(item, 'win');
      const record = read(item);
      return recorded > window && item.st?.S === 'active'
        ? this.#use(Key, proof, values, address, now, read, recorded)
        : { passed: false, record, window, count: 0 };
    }
  }

  /** Windows in which nobody called the next one leave a count each; they go when eight have gathered. */
  async #sweep(Key: ItemKey, item: Item, window: number): Promise<void> {
    const stale = Object.keys(item).filter((name) => COUNT.test(name) && Number(name.slice(1)) < window);
    if (stale.length + 1 < MAX_COUNTS) return;
    const sweeping = this.#client.updateItem({
      TableName: this.#table,
      Key,
      UpdateExpression: `REMOVE ${stale.join(', ')}`,
      // An item that TTL has deleted meanwhile must not come back as an empty one.
      ConditionExpression: 'attribute_exists(PK)',
    });
    // The decision stands: what is not swept now is swept by the next call.
    await sweeping.catch(() => undefined);
  }
}
