import { setTimeout as pause } from 'node:timers/promises';
import { auditedKey, auditHeadKey, auditKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { STREAM_SECONDS } from '../kernel/stream-records.ts';
import { ConditionsFailed, type Table, type TransactionWrite } from '../kernel/table.ts';
import { updateExpression } from '../kernel/update.ts';
import {
  AUDIT_RETENTION_SECONDS,
  type AuditEntry,
  type AuditFilter,
  type AuditPage,
  type AuditReader,
  type AuditRow,
  passes,
} from './entries.ts';

/** How often a number that another took first is asked for anew; they are taken within milliseconds. */
const ATTEMPTS = 40;

/** Another has written the number after the last that was read. */
const NUMBER_TAKEN = 'audit number';

/** Rows that are read at a time: of the largest, as many as may come after the characters of a page are almost full. */
const ROWS_AT_ONCE = 100;

/** Rows that one page looks at, however few of them pass its filter. */
const ROWS_LOOKED_AT = 1000;

/** Characters of the rows of a page: a function answers with 6 MB at most, and a character may take four bytes. */
const PAGE_CHARACTERS = 1_000_000;

/** Rows of one transaction: each has a mark beside it, of the 100 writes that there may be. */
export const ROWS_A_TRANSACTION = 40;

/** Seconds for which it is remembered that a change has its row; a stream delivers for a day. */
const MARK_SECONDS = 7 * 86_400;

/** A change of a hot record as the stream brings it: `source` names the record and the change's number. */
export interface SourcedEntry {
  readonly source: string;
  readonly entry: AuditEntry;
}

/**
 * The tenants' audit trails. A row's number is the one after the head's, and both are written in one transaction,
 * so that numbers have no gaps; the same transaction holds the change itself, where its record is not hot.
 */
export class AuditTrail implements AuditReader {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Writes changes and their rows, all or nothing. Throws as {@link Table.transact} does where a condition of `writes` fails. */
  async commit(
    tenantId: string,
    entries: readonly AuditEntry[],
    writes: readonly TransactionWrite[],
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const last = await this.#last(tenantId);
      try {
        return await this.#table.transact([...writes, ...rowWrites(tenantId, last, entries)]);
      } catch (error) {
        // The changes come first: a number that is taken is told only where all of their conditions hold.
        if (!(error instanceof ConditionsFailed) || error.names[0] !== NUMBER_TAKEN) throw error;
        if (attempt === ATTEMPTS) throw new Problem('unavailable', { cause: error });
        await pause(Math.random() * Math.min(200, 5 * attempt));
      }
    }
  }

  /** Writes the rows of changes that have none yet, at most {@link ROWS_A_TRANSACTION}. Repeating it adds none. */
  async record(tenantId: string, changes: readonly SourcedEntry[]): Promise<void> {
    let missing = changes;
    while (missing.length > 0) {
      const marks = missing.map(
        ({ source, entry }): TransactionWrite => ({
          Put: {
            Item: { ...auditedKey(tenantId, source), ttl: N(entry.at + MARK_SECONDS) },
            ConditionExpression: 'attribute_not_exists(PK)',
          },
          otherwise: source,
        }),
      );
      try {
        return await this.commit(
          tenantId,
          missing.map(({ entry }) => entry),
          marks,
        );
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        const { names } = error;
        missing = missing.filter(({ source }) => !names.includes(source));
      }
    }
  }

  async page(tenantId: string, limit: number, after: number, filter: AuditFilter): Promise<AuditPage> {
    const rows: AuditRow[] = [];
    // A filter may pass few rows: as many are read at a time as may be, however few are still wanted.
    const narrows = Object.values(filter).some((wanted) => wanted !== undefined);
    let last = after === 0 && filter.from !== undefined ? await this.#before(tenantId, filter.from) : after;
    let looked = 0;
    let characters = 0;
    while (rows.length < limit && looked < ROWS_LOOKED_AT && characters < PAGE_CHARACTERS) {
      const missing = limit - rows.length;
      const wanted = Math.min(narrows ? ROWS_AT_ONCE : missing, ROWS_LOOKED_AT - looked, ROWS_AT_ONCE);
      const { found, more } = await this.#rowsAfter(tenantId, last, wanted);
      const passed = found.filter((row) => passes(row, filter));
      const taken = passed.slice(0, missing);
      rows.push(...taken);
      characters += JSON.stringify(taken).length;
      looked += found.length;
      if (taken.length < passed.length) return { rows, next: rows.at(-1)?.seq ?? last };
      last = found.at(-1)?.seq ?? last;
      if (!more) return { rows, next: null };
    }
    return { rows, next: last };
  }

  /**
   * A number up to which all rows are of before `from`, so that nobody has to look at them. Numbers are in the order in
   * which rows were written, which is after their changes by what the stream may take.
   */
  async #before(tenantId: string, from: number): Promise<number> {
    const isEarly = (row: AuditRow) => row.at < from - STREAM_SECONDS;
    const first = await this.#nextRow(tenantId, 0);
    if (first === undefined || !isEarly(first)) return 0;
    let early = first.seq;
    let rest = await this.#last(tenantId);
    while (rest - early > ROWS_AT_ONCE) {
      const middle = Math.floor((early + rest) / 2);
      const row = await this.#nextRow(tenantId, middle);
      if (row !== undefined && isEarly(row)) early = row.seq;
      else rest = middle;
    }
    return early;
  }

  /** The row after a number: of the oldest some have expired. */
  async #nextRow(tenantId: string, seq: number): Promise<AuditRow | undefined> {
    const { found } = await this.#rowsAfter(tenantId, seq, 1);
    return found[0];
  }

  async #rowsAfter(
    tenantId: string,
    seq: number,
    limit: number,
  ): Promise<{ readonly found: readonly AuditRow[]; readonly more: boolean }> {
    const start = seq === 0 ? undefined : auditKey(tenantId, seq).SK.S;
    const { items, more } = await this.#table.query(`TENANT#${tenantId}`, 'AUDIT#', limit, start);
    return { found: items.map(auditRow), more };
  }

  async #last(tenantId: string): Promise<number> {
    const head = await this.#table.get(auditHeadKey(tenantId));
    return head === undefined ? 0 : number(head, 'n');
  }
}

/** The rows after the number `last`, and the head that holds the last of them, for a transaction. */
export function rowWrites(
  tenantId: string,
  last: number,
  entries: readonly AuditEntry[],
): readonly TransactionWrite[] {
  return [
    {
      Update: {
        Key: auditHeadKey(tenantId),
        UpdateExpression: 'SET n = :next',
        ConditionExpression: last === 0 ? 'attribute_not_exists(PK)' : 'n = :last',
        ExpressionAttributeValues: {
          ':next': N(last + entries.length),
          ...(last === 0 ? {} : { ':last': N(last) }),
        },
      },
      otherwise: NUMBER_TAKEN,
    },
    ...entries.map((entry, index) => ({
      Put: {
        Item: rowItem(tenantId, last + index + 1, entry),
        ConditionExpression: 'attribute_not_exists(PK)',
      },
      otherwise: NUMBER_TAKEN,
    })),
  ];
}

function rowItem(tenantId: string, seq: number, entry: AuditEntry): Item {
  return {
    ...auditKey(tenantId, seq),
    seq: N(seq),
    actor: S(entry.actor),
    action: S(entry.action),
    target: S(entry.target),
    at: N(entry.at),
    requestId: S(entry.requestId),
    ...(entry.workspaceId === null ? {} : { workspaceId: S(entry.workspaceId) }),
    ...rowFields(entry),
    ttl: N(entry.at + AUDIT_RETENTION_SECONDS),
  };
}

/** The parts of a row that may tell who somebody is: an erasure writes them anew, and nothing else ever does. */
const TELLING = ['address', 'callerRequestId', 'subject', 'targetName', 'before', 'after'] as const;
export type Telling = Pick<AuditRow, (typeof TELLING)[number]>;

/** The write that leaves only `telling` of what a row tells, for {@link Table.updateIf}: the row may have gone meanwhile. */
export function retelling(telling: Telling) {
  const written = rowFields(telling);
  return {
    ...updateExpression({
      set: Object.keys(written).map((name) => `#${name} = :${name}`),
      remove: TELLING.filter((name) => !(name in written)).map((name) => `#${name}`),
      names: Object.fromEntries(TELLING.map((name) => [`#${name}`, name])),
      values: Object.fromEntries(Object.entries(written).map(([name, value]) => [`:${name}`, value])),
    }),
    ConditionExpression: 'attribute_exists(PK)',
  };
}

/** The attributes of those parts; one that is null has none. */
function rowFields({ address, callerRequestId, subject, targetName, before, after }: Telling): Item {
  return {
    ...(callerRequestId === null ? {} : { callerRequestId: S(callerRequestId) }),
    ...(subject === null ? {} : { subject: S(subject) }),
    ...(targetName === null ? {} : { targetName: S(targetName) }),
    ...(address === null ? {} : { address: S(address) }),
    ...(before === null ? {} : { before: S(JSON.stringify(before)) }),
    ...(after === null ? {} : { after: S(JSON.stringify(after)) }),
  };
}

export function auditRow(item: Item): AuditRow {
  return {
    seq: number(item, 'seq'),
    actor: text(item, 'actor'),
    action: text(item, 'action'),
    target: text(item, 'target'),
    at: number(item, 'at'),
    requestId: text(item, 'requestId'),
    callerRequestId: item.callerRequestId?.S ?? null,
    subject: item.subject?.S ?? null,
    targetName: item.targetName?.S ?? null,
    workspaceId: item.workspaceId?.S ?? null,
    address: item.address?.S ?? null,
    before: item.before?.S === undefined ? null : JSON.parse(item.before.S),
    after: item.after?.S === undefined ? null : JSON.parse(item.after.S),
  };
}
