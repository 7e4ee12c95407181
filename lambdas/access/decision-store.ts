import { allowsAddress } from '../kernel/address.ts';
import { storedBlocks } from '../kernel/allow-list.ts';
import * as attribute from '../kernel/attributes.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import { keyRecordKey, sessionKey } from '../kernel/item-keys.ts';
import { type AttributeValue, type Item, type ItemKey, N, number, S } from '../kernel/items.ts';
import { isConditionFailure, type RecordClient } from '../kernel/record-client.ts';
import { keyMark, sameHash } from '../keys/key-format.ts';
import {
  type HashedKey,
  hashText,
  type KeyRecord,
  keyRecord,
  type MarkedKey,
  type NotedRefusal,
  type PresentedKey,
  type Use,
} from '../keys/key-record.ts';
import { windowOf } from '../plans/allowance.ts';
import { type SessionRecord, sessionRecord } from '../sessions/session-record.ts';
import type { ControlFacts } from '../signing/control-facts.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import type { DecisionStore } from './decision.ts';
import type { Facts } from './facts.ts';
import { type Presented, type Refusal, RefusalStore, refusalValues, UNCHANGED } from './refusals-store.ts';

/** The clauses of the condition (docs/architecture.md, "The one write"). */
const ACTIVE = `${attribute.STATE} = :active`;
const WINDOW_NOT_PAST = `${attribute.WINDOW} <= :window`;
const NOT_EXPIRED = `${attribute.EXPIRY} > :now`;
const A_SLOT_HOLDS =
  `((${attribute.HASH} = :hash AND ${NOT_EXPIRED})` +
  ` OR (${attribute.PREVIOUS_HASH} = :hash AND ${attribute.PREVIOUS_EXPIRY} > :now))`;

/** Nobody who calls from elsewhere counts: the record has no allow-list, or the one that was found to have the address. */
const NO_LIST = `attribute_not_exists(${attribute.ALLOWED_BLOCKS})`;
const THE_LIST = `${attribute.ALLOWED_BLOCKS} = :ips`;

/** The conditions in one piece: a text that is put together for each decision is copied for each. */
const CONDITIONS = {
  key: `${ACTIVE} AND ${WINDOW_NOT_PAST} AND ${A_SLOT_HOLDS} AND ${NO_LIST}`,
  listedKey: `${ACTIVE} AND ${WINDOW_NOT_PAST} AND ${A_SLOT_HOLDS} AND ${THE_LIST}`,
  session: `${ACTIVE} AND ${WINDOW_NOT_PAST} AND ${NOT_EXPIRED}`,
};
const IS_ACTIVE = S('active');
const ONE = N(1);

/** Allow-lists, and hashes by their marks, that an instance remembers; the one that was seen longest ago goes first. */
const MAX_REMEMBERED = 10_000;

/** Counts that gather on a record, the present window's too, before those of past windows are swept. */
const MAX_COUNTS = 8;
const COUNT = /^c\d+$/;

/** No key has it. */
const NO_HASH = S('-');

/** A stored allow-list; undefined where the record has none, empty where it had one: both let everybody in. */
type List = AttributeValue | undefined;

/** One use of a credential. */
interface Attempt<Found> {
  readonly Key: ItemKey;
  /** The proof as a question to an item that was returned. */
  readonly proven: (item: Item) => boolean;
  readonly address: string;
  /** Of a key: whose refusals are counted, and by what such a call is known again. */
  readonly key?: Presented;
  readonly asks?: string | undefined;
  /** Takes the hash of a mark from an item; whether that is another than was assumed. */
  readonly learn?: (item: Item) => boolean;
  /** Whether an allow-list lets the use pass. */
  readonly allows: (list: List) => boolean;
  /** Unix seconds. */
  readonly now: number;
  readonly read: (item: Item) => Found;
}

/** Whether an allow-list lets the address in. */
function hasAddress(list: List, address: string): boolean {
  const blocks = storedBlocks(list);
  return blocks.length === 0 || allowsAddress(blocks, address);
}

/** Whether two lists are the same, as DynamoDB compares them: text is never the same as bytes. */
function isSame(one: List, other: List): boolean {
  return one?.S === other?.S && one?.B === other?.B;
}

/** The outcome of a write that was refused, by the record as it stands. */
function failed<Found>({ read }: Attempt<Found>, item: Item, from: number): Use<Found> {
  const window = Math.max(from, number(item, attribute.WINDOW));
  return { passed: false, record: read(item), window, count: number(item, `c${window}`) };
}

/** The counts of windows before the present one. */
function staleCounts(item: Item, window: number): readonly string[] {
  return Object.keys(item).filter((name) => COUNT.test(name) && Number(name.slice(1)) < window);
}

/** The reads and the write of one decision in DynamoDB. */
export class DynamoDecisionStore implements DecisionStore {
  readonly #client: RecordClient;
  readonly #table: string;
  readonly #facts: Facts;
  /** The allow-lists that were met, packed, by the record's partition key. What they say is checked by the write. */
  readonly #lists = new BoundedMap<string, AttributeValue>(MAX_REMEMBERED);
  /** Stored hashes by the marks of their keys, which tokens have. */
  readonly #hashes = new BoundedMap<string, AttributeValue>(MAX_REMEMBERED);
  readonly #refusals: RefusalStore;

  constructor(client: RecordClient, table: string, facts: Facts) {
    this.#client = client;
    this.#table = table;
    this.#facts = facts;
    this.#refusals = new RefusalStore(client, table);
  }

  useKey(key: HashedKey): Promise<Use<KeyRecord>> {
    return this.useKeyWhere(key);
  }

  /** Of a mark that this instance has not met the first write fails, and its answer has the hash. */
  useKeyMark(key: MarkedKey): Promise<Use<KeyRecord>> {
    return this.useKeyWhere(key);
  }

  /** The use of a key, by its hash or its mark, whose allow-list `allows` has the last word on. */
  protected useKeyWhere(
    { locator, hash, mark, address, now, asks }: PresentedKey & Partial<HashedKey & MarkedKey>,
    allows = (list: List) => hasAddress(list, address),
  ): Promise<Use<KeyRecord>> {
    const name = String(mark);
    const key = {
      Key: keyRecordKey(locator),
      hash: hash ? hashText(hash) : (this.#hashes.get(name) ?? NO_HASH),
    };
    const learn = (item: Item) => {
      const slot = mark && keyRecord(item).slots.find((each) => sameHash(keyMark(each.hash), mark));
      const found = slot && hashText(slot.hash);
      if (found === undefined || found.S === key.hash.S) return false;
      key.hash = found;
      this.#hashes.set(name, found);
      return true;
    };
    return this.#use({
      Key: key.Key,
      proven: (item) =>
        (item[attribute.HASH]?.S === key.hash.S && number(item, attribute.EXPIRY) > now) ||
        (item[attribute.PREVIOUS_HASH]?.S === key.hash.S && number(item, attribute.PREVIOUS_EXPIRY) > now),
      learn,
      key,
      asks,
      address,
      allows,
      now,
      read: keyRecord,
    });
  }

  useSession(sessionId: string, address: string, now: number): Promise<Use<SessionRecord>> {
    return this.#use({
      Key: sessionKey(sessionId),
      proven: (item) => number(item, attribute.EXPIRY) > now,
      address,
      allows: () => true,
      now,
      read: sessionRecord,
    });
  }

  tenant(tenantId: string): Promise<TenantFacts | undefined> {
    return this.#facts.tenant(tenantId);
  }

  control(_now: number, tenantId?: string): Promise<ControlFacts> {
    return this.#facts.control(tenantId);
  }

  /**
   * The one write of a decision. Counting stands outside the condition, so a call over the limit is counted and
   * told by its count. The condition assumes a window and an allow-list; a record that is ahead of either is
   * written to again with what it says, if who calls is proven and may come from where they do.
   */
  async #use<Found>(use: Attempt<Found>): Promise<Use<Found>> {
    const name = use.Key.PK.S ?? '';
    const remembered = this.#lists.get(name);
    let list = use.allows(remembered) ? remembered : undefined;
    let window = windowOf(use.now);
    const { key, address, asks } = use;
    const met = this.#refusals.expected(key, address);
    if (key && met) {
      const refused = await this.#refusals.again(key, address, met);
      if (refused !== undefined) return failed(use, refused, window);
    }
    for (;;) {
      const expected = this.#refusals.expected(key, asks);
      try {
        const { Attributes: item = {} } = await this.#write(use, { window, list, expected });
        const stale = staleCounts(item, window);
        if (stale.length + 1 >= MAX_COUNTS) await this.#sweep(use.Key, stale);
        const count = number(item, `c${window}`);
        const refuse = (why: NotedRefusal) => this.#refusals.meet(key, asks, why, item);
        return { passed: true, record: use.read(item), window, count, ...(expected ? {} : { refuse }) };
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const item = error.Item;
        if (item === undefined) return { passed: false, record: undefined, window, count: 0 };
        this.#refusals.forget(key, asks);
        const asAssumed = { window, list };
        window = Math.max(window, number(item, attribute.WINDOW));
        const learned = use.learn?.(item) ?? false;
        const state = item[attribute.STATE]?.S;
        const isProven = use.proven(item);
        if (state === 'active' && isProven) {
          list = item[attribute.ALLOWED_BLOCKS];
          this.#remember(name, list);
          const isAsAssumed =
            !learned && !expected && window === asAssumed.window && isSame(list, asAssumed.list);
          if (use.allows(list) && !isAsAssumed) continue;
        }
        const why = state === 'revoked' || state === 'disabled' ? state : isProven ? 'address' : 'expired';
        await this.#refusals.meet(key, address, why, item);
        return failed(use, item, window);
      }
    }
  }

  #write(
    { Key, key, address, now }: Attempt<unknown>,
    {
      window,
      list,
      expected,
    }: { readonly window: number; readonly list: List; readonly expected: Refusal | undefined },
  ): Promise<{ readonly Attributes?: Item }> {
    const condition = CONDITIONS[key === undefined ? 'session' : list === undefined ? 'key' : 'listedKey'];
    return this.#client.updateItem({
      TableName: this.#table,
      Key,
      // ADD counts from zero where there is no count yet.
      UpdateExpression:
        `SET ${attribute.WINDOW} = :window, ${attribute.USED_AT} = :now, ${attribute.USED_FROM} = :address` +
        (expected ? `, ${attribute.REFUSED_FOR} = :why` : '') +
        ` ADD ${attribute.USES} :one, c${window} :one${expected ? `, ${attribute.REFUSALS} :one` : ''} REMOVE c${window - 1}, ${attribute.CHANGE}`,
      ConditionExpression: expected ? `${condition} AND ${UNCHANGED}` : condition,
      ExpressionAttributeValues: {
        ':active': IS_ACTIVE,
        ':window': N(window),
        ':now': N(now),
        ':address': S(address),
        ':one': ONE,
        ...(key && { ':hash': key.hash }),
        ...(key && list && { ':ips': list }),
        ...(expected && refusalValues(expected)),
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  }

  #remember(name: string, list: List): void {
    if (list === undefined) this.#lists.delete(name);
    else this.#lists.set(name, list);
  }

  /** Windows in which nobody called the next one leave a count each; they go when eight have gathered. */
  async #sweep(Key: ItemKey, stale: readonly string[]): Promise<void> {
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
