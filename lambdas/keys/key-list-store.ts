import { KEY_ID, TENANT, WORKSPACE } from '../kernel/attributes.ts';
import { keyRecordKey, keyRowKey } from '../kernel/item-keys.ts';
import { type Item, number, text } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import { API_KEY, type ApiKey } from './api-key.ts';
import { type KeyPage, type KeySelection, PAGE_CHARACTERS } from './keys.ts';

/** The beginning of the sort key of a key's row; its id follows. */
const KEY_ROW = 'APIKEY#';

/** Rows of one query, where few of them may be wanted. It reads 1 MB at most, whatever its limit. */
const ROWS_AT_ONCE = 1000;

/** A page that is short after so many queries goes on in the next: a tenant may have 100,000 rows. */
const QUERIES_OF_A_PAGE = 10;

/** Keys that a bulk revocation is given at a time. */
const KEYS_AT_ONCE = 100;

/** Keys as they are read: a row of their tenant each, and its live record. */
export class KeyList {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async find(tenantId: string, id: string): Promise<ApiKey | undefined> {
    const row = await this.#table.get(keyRowKey(tenantId, id));
    return row === undefined ? undefined : (await this.#withRecords([row]))[0];
  }

  /** The names of keys by their ids; one whose row is gone has none. */
  async names(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#table.getAll(ids.map((id) => keyRowKey(tenantId, id)));
    return new Map(rows.map((row) => [idOf(row) ?? '', text(row, 'name')]));
  }

  async page(tenantId: string, limit: number, after?: string, workspaceId?: string): Promise<KeyPage> {
    const keys: ApiKey[] = [];
    const selection = workspaceId === undefined ? {} : { workspaceId };
    let last = after;
    let characters = 0;
    const hasRoom = () => keys.length < limit && characters < PAGE_CHARACTERS;
    for (let queries = 0; queries < QUERIES_OF_A_PAGE && hasRoom(); queries += 1) {
      // All keys may be of one workspace, and fill the page; where few are, they are looked for among ever more at once.
      const rowsAtOnce = workspaceId === undefined ? limit : Math.min(ROWS_AT_ONCE, limit * 8 ** queries);
      const { rows, more } = await this.#rows(tenantId, rowsAtOnce, last);
      const wanted = rows.filter((row) => isSelected(row, selection));
      const taken = wanted.slice(0, limit - keys.length);
      keys.push(...(await this.#withRecords(taken)));
      characters += JSON.stringify(taken).length;
      const isAllTaken = taken.length === wanted.length;
      if (isAllTaken && !more) return { keys, next: null };
      last = idOf((isAllTaken ? rows : taken).at(-1)) ?? last;
    }
    return { keys, next: last ?? null };
  }

  async *unrevoked(tenantId: string, selection: KeySelection): AsyncGenerator<readonly ApiKey[]> {
    let last: string | undefined;
    for (let hasMore = true; hasMore; ) {
      const { rows, more } = await this.#rows(tenantId, ROWS_AT_ONCE, last);
      // A revoked key is listed for a month. Its row says so as soon as its place is given back: no record is read.
      const wanted = rows.filter((row) => row.freed?.BOOL !== true && isSelected(row, selection));
      if (wanted.length === 0) yield [];
      for (let start = 0; start < wanted.length; start += KEYS_AT_ONCE) {
        const keys = await this.#withRecords(wanted.slice(start, start + KEYS_AT_ONCE));
        yield keys.filter(({ state }) => state !== 'revoked');
      }
      last = idOf(rows.at(-1));
      hasMore = more;
    }
  }

  /** Rows of a tenant's keys after the id `after`, oldest first. */
  async #rows(tenantId: string, limit: number, after: string | undefined) {
    const start = after === undefined ? undefined : `${KEY_ROW}${after}`;
    const { items, more } = await this.#table.query(`TENANT#${tenantId}`, KEY_ROW, limit, start);
    return { rows: items, more };
  }

  /**
   * Rows with their live records, in the rows' order. A row whose record is gone is gone; so too where an import has given
   * the key to another tenant, until the stream has come to the row.
   */
  async #withRecords(rows: readonly Item[]): Promise<ApiKey[]> {
    // Two rows may have one locator as long.
    const locators = new Set(rows.map((row) => text(row, 'locator')));
    const records = await this.#table.getAll([...locators].map(keyRecordKey));
    const byPartition = new Map(records.map((record) => [record.PK?.S, record]));
    return rows.flatMap((row) => {
      const record = byPartition.get(`KEY#${text(row, 'locator')}`);
      return record !== undefined && isRecordOf(record, row) ? [API_KEY.read({ row, record })] : [];
    });
  }
}

function isRecordOf(record: Item, row: Item): boolean {
  const { PK, SK } = keyRowKey(text(record, TENANT), text(record, KEY_ID));
  return row.PK?.S === PK.S && row.SK?.S === SK.S;
}

function idOf(row: Item | undefined): string | undefined {
  return row?.SK?.S?.slice(KEY_ROW.length);
}

/** Whether a key's row is one of those meant. */
function isSelected(row: Item, { workspaceId, createdBy, createdBefore }: KeySelection): boolean {
  return (
    (workspaceId === undefined || row[WORKSPACE]?.S === workspaceId) &&
    (createdBy === undefined || row.createdBy?.S === createdBy) &&
    (createdBefore === undefined || number(row, 'createdAt') < createdBefore)
  );
}
