import * as attribute from '../kernel/attributes.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import { type AttributeValue, type Item, type ItemKey, N, S } from '../kernel/items.ts';
import type { RecordClient } from '../kernel/record-client.ts';
import type { NotedRefusal } from '../keys/key-record.ts';

/** Refusals that an instance remembers; the one that was met longest ago goes first. */
const MAX_REMEMBERED = 10_000;

/** Why a key was refused, and the last change of its record: of another record it may not be. */
export interface Refusal {
  readonly why: NotedRefusal;
  readonly seq: AttributeValue;
}

/** What a decision asks of a key: nothing of a session, whose refusals are not noted. */
export interface Presented {
  readonly Key: ItemKey;
  /** As the record stores it: of a mark, as soon as an item has told it. */
  readonly hash: AttributeValue;
}

/** The clause that the record is the one that was refused, and what a write of a refusal takes besides. */
export const UNCHANGED = `${attribute.CHANGES} = :seq`;
export const refusalValues = ({ why, seq }: Refusal): Item => ({ ':why': S(why), ':seq': seq });

/**
 * Counts refusals of keys on their records (ADR 0153). One that the instance has not met costs a write besides the one that
 * found it; the next of its kind is expected, and is that one write.
 */
export class RefusalStore {
  readonly #client: RecordClient;
  readonly #table: string;
  /** By the hash, and the address or what was asked for. */
  readonly #met = new BoundedMap<string, Refusal>(MAX_REMEMBERED);

  constructor(client: RecordClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** What such a call was refused for when it was met last. `to` is the address or what was asked for. */
  expected(key: Presented | undefined, to: string | undefined): Refusal | undefined {
    return key && this.#met.size > 0 ? this.#met.get(nameOf(key, to)) : undefined;
  }

  forget(key: Presented | undefined, to: string | undefined): void {
    if (key && this.#met.size > 0) this.#met.delete(nameOf(key, to));
  }

  /** Counts a refusal that is {@link expected}, and gives the record; undefined if this one is not refused for that. */
  async again(key: Presented, to: string, refusal: Refusal): Promise<Item | undefined> {
    const item = await this.#count(key, refusal);
    if (!item) this.forget(key, to);
    return item;
  }

  /** Counts a refusal that was not expected, and expects it from now on. `item` is the record that was refused. */
  async meet(
    key: Presented | undefined,
    to: string | undefined,
    why: NotedRefusal,
    item: Item,
  ): Promise<void> {
    const seq = item[attribute.CHANGES];
    const isOwn = item[attribute.HASH]?.S === key?.hash.S || item[attribute.PREVIOUS_HASH]?.S === key?.hash.S;
    // Of a key that has never changed since before changes were counted nothing is noted.
    if (key === undefined || seq === undefined || !isOwn) return;
    const refusal = { why, seq };
    if (await this.#count(key, refusal)) this.#met.set(nameOf(key, to), refusal);
  }

  /** Counts a refusal if the record has the key and is unchanged, and gives it; undefined too where nobody could say. */
  async #count({ Key, hash }: Presented, refusal: Refusal): Promise<Item | undefined> {
    const counting = this.#client.updateItem({
      TableName: this.#table,
      Key,
      // Of a key that was never used too: the reader of the stream sees records with a count of uses.
      UpdateExpression:
        `SET ${attribute.REFUSED_FOR} = :why` +
        ` ADD ${attribute.REFUSALS} :one, ${attribute.USES} :zero REMOVE ${attribute.CHANGE}`,
      ConditionExpression: `${UNCHANGED} AND (${attribute.HASH} = :hash OR ${attribute.PREVIOUS_HASH} = :hash)`,
      ExpressionAttributeValues: { ...refusalValues(refusal), ':hash': hash, ':one': N(1), ':zero': N(0) },
      ReturnValues: 'ALL_NEW',
    });
    // The refusal stands, counted or not.
    return counting.then(({ Attributes }) => Attributes).catch(() => undefined);
  }
}

function nameOf({ hash }: Presented, to: string | undefined): string {
  return `${hash.S} ${to}`;
}
