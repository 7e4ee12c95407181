import { type AuditEntry, connect, type ListAuditResult, listAudit } from '../../typescript/src/api.ts';
import { type Latchkey, paginate } from '../../typescript/src/index.ts';
import type { Command } from '../command.ts';
import { usageError } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { type Columns, Output } from '../output.ts';
import { poll } from '../poll.ts';
import { openSession } from '../session.ts';
import { text, type Values, wholeNumber } from '../syntax.ts';
import { firstOf } from './keys.ts';

/** Seconds between two looks: a change of a key is in the trail seconds later. */
const INTERVAL_SECONDS = 5;

/** Rows of changes that were made before and are recorded now are looked for this far back. */
const LATE_MS = 3600 * 1000;

const COLUMNS: Columns<AuditEntry> = {
  seq: ({ seq }) => seq,
  at: ({ at }) => at,
  actor: ({ actor }) => actor,
  action: ({ action }) => action,
  target: ({ target }) => target,
  name: ({ target_name: name }) => name,
  ip: ({ ip }) => ip,
};

/** For rows that come one by one, of which nobody knows the longest. */
const WIDTHS = [6, 24, 41, 16, 41, 20];

export const auditCommands: readonly Command[] = [
  {
    usage:
      'audit [--actor ACTOR] [--action ACTION] [--target TARGET] [--from TIME] [--until TIME] [--limit N] [--follow] [--interval SECONDS]',
    summary: 'Show who did what, in the order of its numbers; with --follow what happens from now on',
    run: async ({ values, io }) => {
      const isFollowed = values.follow === true;
      if (isFollowed && (values.until !== undefined || values.limit !== undefined))
        throw usageError('--follow has no end: it takes neither --until nor --limit.');
      const query = queryOf(values);
      const limit = wholeNumber(values, 'limit');
      const interval = wholeNumber(values, 'interval') ?? INTERVAL_SECONDS;
      const { latchkey } = await openSession(values, io);
      const out = new Output(io, values);
      if (isFollowed) {
        if (!out.isJson) out.heading(COLUMNS, WIDTHS);
        const print = (entry: AuditEntry) =>
          out.isJson ? out.jsonLine(entry) : out.row(entry, COLUMNS, WIDTHS);
        await follow({ latchkey, query, interval, io, print });
      } else out.rows(await firstOf(entries(latchkey, query), limit), COLUMNS);
    },
  },
];

type Query = Readonly<Record<string, string>>;

function queryOf(values: Values): Query {
  const names = ['actor', 'action', 'target', 'from', 'until'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = text(values, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function entries(latchkey: Latchkey, query: Query) {
  const client = connect(latchkey);
  return paginate((cursor) => listAudit({ client, throwOnError: true, query: { ...query, cursor } }));
}

interface Following {
  readonly latchkey: Latchkey;
  readonly query: Query;
  readonly interval: number;
  readonly io: Io;
  readonly print: (entry: AuditEntry) => void;
}

/**
 * Prints rows as they are recorded. The end of the trail has no cursor: so each look begins at the last page that had one
 * before it, and passes over the numbers that were seen there.
 */
async function follow({ latchkey, query, interval, io, print }: Following): Promise<never> {
  const client = connect(latchkey);
  // The trail's times have whole seconds.
  const since = query.from === undefined ? Math.floor(io.now() / 1000) * 1000 : Date.parse(query.from);
  const from = Number.isNaN(since) ? query.from : new Date(since - LATE_MS).toISOString();
  let last: { readonly seq: number } | undefined;
  let cursor: string | undefined;
  return poll(
    async () => {
      const isFirst = last === undefined;
      let seq = last?.seq ?? 0;
      for (let next: string | null | undefined = cursor; next !== null; ) {
        cursor = next;
        const { data: page }: { data: ListAuditResult } = await listAudit({
          client,
          throwOnError: true,
          query: { ...query, from, cursor },
        });
        for (const entry of page.data) {
          if (entry.seq <= seq) continue;
          seq = entry.seq;
          if (!isFirst || Date.parse(entry.at) >= since) print(entry);
        }
        last = { seq };
        next = page.next_cursor;
      }
    },
    interval,
    io,
  );
}
