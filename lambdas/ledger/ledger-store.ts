import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import type { LedgerEntry } from './entries.ts';
import { KINDS } from './kinds.ts';

/** Seconds for which an entry is kept: longer than any backup that a recovery may begin with. */
export const LEDGER_SECONDS = 400 * 86_400;

const POSITION = { PK: S('POSITION'), SK: S('POSITION') };

/** The ledger, in a table of its own: no restore of the other one rewinds it. */
export class DynamoLedger {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Notes what has become of an item. A later entry of the same item stays: a stream delivers at least once. */
  async note({ kind, PK, SK, at, kept, isGone }: LedgerEntry): Promise<void> {
    await this.#put({
      PK: S(PK),
      SK: S(SK),
      kind: S(kind),
      at: N(at),
      kept: { M: kept },
      ...(isGone ? { gone: { BOOL: true } } : {}),
      ttl: N(at + LEDGER_SECONDS),
    });
  }

  /** Notes that all changes until a time have their entries. */
  async notePosition(at: number): Promise<void> {
    await this.#put({ ...POSITION, at: N(at) });
  }

  /** The time until which all changes have their entries; undefined before the first. */
  async position(): Promise<number | undefined> {
    const item = await this.#table.get(POSITION);
    return item === undefined ? undefined : number(item, 'at');
  }

  /** All entries since a time in Unix seconds, a page at a time, by reading the whole ledger. For operators. */
  async *since(from: number): AsyncGenerator<LedgerEntry[]> {
    const pages = this.#table.scanPages({
      FilterExpression: '#at >= :from AND attribute_exists(kept)',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':from': { N: String(from) } },
      ConsistentRead: true,
    });
    for await (const items of pages) yield items.map(entryOfItem);
  }

  async #put(Item: Item): Promise<void> {
    const write = {
      Put: {
        Item,
        ConditionExpression: 'attribute_not_exists(PK) OR #at <= :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':at': N(number(Item, 'at')) },
      },
    };
    await isCommitted(this.#table.transact([write]));
  }
}

function entryOfItem(item: Item): LedgerEntry {
  return {
    kind: oneOf(
      KINDS.map(({ name }) => name),
      text(item, 'kind'),
    ),
    PK: text(item, 'PK'),
    SK: text(item, 'SK'),
    at: number(item, 'at'),
    kept: item.kept?.M ?? {},
    isGone: item.gone?.BOOL === true,
  };
}
