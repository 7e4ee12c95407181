import type { DynamoDBRecord } from 'aws-lambda';
import { type AuditTrail, ROWS_A_TRANSACTION } from '../audit/trail-store.ts';
import { observe } from '../kernel/metrics.ts';
import { imagesOf, isDone } from '../kernel/stream-records.ts';
import { entryOf, positionOf } from '../ledger/entries.ts';
import type { DynamoLedger } from '../ledger/ledger-store.ts';
import type { DynamoUsageKeyStore } from '../plans/usage-key-store.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import { type CountedEvent, censusChange, type DynamoCensusStore } from '../status/census-store.ts';
import { type HotChange, hotChange } from './audit-changes.ts';
import { type Settled, settleKey } from './settle-keys.ts';
import { settleSessions } from './settle-sessions.ts';
import { settleTenant } from './settle-tenants.ts';

/** The stores that follow the stream's events. */
export interface Followers extends Settled {
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly sessions: Pick<SessionStore, 'settle'>;
  readonly census: Pick<DynamoCensusStore, 'count'>;
  readonly usageKeys: Pick<DynamoUsageKeyStore, 'register' | 'release'>;
  readonly ledger: Pick<DynamoLedger, 'note' | 'notePosition'>;
  /** Tells the mailer of a mail that was queued. */
  readonly wakeMailer: (mailId: string) => Promise<void>;
}

/**
 * Does what follows from a batch of the stream: first the ledger of what has ended, in the stream's order; then what is
 * done for many records at a time, the audit trail, in that order too, and the census; then the rest, record by record.
 * Whatever is done twice changes nothing.
 * Gives the record from which on the batch must come again; undefined when all is done.
 */
export async function follow(
  records: readonly DynamoDBRecord[],
  followers: Followers,
): Promise<DynamoDBRecord | undefined> {
  const [earliest] = records;
  if (earliest === undefined) return undefined;
  for (const record of records) {
    if (!(await isDone(record, () => noteEnd(record, followers.ledger)))) return earliest;
  }
  for (const { tenantId, changes, first } of runsOfOneTenant(records)) {
    // Those before the run have their rows, and nothing else yet: all must come again.
    const written = isDone(first, async () =>
      followers.audit.record(tenantId, await withNames(tenantId, changes, followers.keys)),
    );
    if (!(await written)) return earliest;
  }
  const events = records.map(eventOf);
  if (!(await isDone(earliest, () => followers.census.count(events, followers.clock())))) return earliest;
  for (const record of records) {
    const settled = isDone(record, async () => {
      await settleKey(record, followers);
      await settleSessions(record, followers.sessions);
      await settleTenant(record, followers.usageKeys, followers.clock);
      await sendQueuedMail(record, followers.wakeMailer);
    });
    if (!(await settled)) return record;
  }
  return undefined;
}

/** Leaves in the ledger what a restore of the table must not bring back. */
async function noteEnd(record: DynamoDBRecord, ledger: Followers['ledger']): Promise<void> {
  const entry = entryOf(record);
  if (entry !== undefined) await ledger.note(entry);
  const position = positionOf(record);
  if (position !== undefined) await ledger.notePosition(position);
}

/** Has a mail sent that was queued. A mailer that cannot be told holds up nothing: it finds the mail by itself. */
async function sendQueuedMail(record: DynamoDBRecord, wake: Followers['wakeMailer']): Promise<void> {
  const { before, after } = imagesOf(record);
  const mailId = before === undefined ? /^MAIL#(.+)$/.exec(after?.SK?.S ?? '')?.[1] : undefined;
  if (mailId === undefined) return;
  await wake(mailId).catch((error: unknown) =>
    observe({ metrics: [], dimensions: {}, fields: { level: 'WARN', mail: mailId, cause: String(error) } }),
  );
}

/** Changes of keys with the keys' names, which are not on their records: an id means nothing once a key is gone. */
async function withNames(
  tenantId: string,
  changes: readonly HotChange[],
  keys: Followers['keys'],
): Promise<HotChange[]> {
  const idOf = ({ entry: { target } }: HotChange) => /^key:(.+)$/.exec(target)?.[1];
  const ids = new Set(changes.flatMap((change) => idOf(change) ?? []));
  const names = await keys.names(tenantId, [...ids]);
  return changes.map((change) => {
    const targetName = names.get(idOf(change) ?? '') ?? null;
    return { ...change, entry: { ...change.entry, targetName } };
  });
}

function eventOf(record: DynamoDBRecord): CountedEvent {
  const { before, after } = imagesOf(record);
  return { id: record.eventID ?? '', change: censusChange(before, after) };
}

interface Run {
  readonly tenantId: string;
  readonly first: DynamoDBRecord;
  readonly changes: HotChange[];
}

/** Changes that follow each other and concern one tenant: their rows go into one transaction. */
function runsOfOneTenant(records: readonly DynamoDBRecord[]): Run[] {
  const runs: Run[] = [];
  for (const record of records) {
    const change = hotChange(record);
    if (change === undefined) continue;
    const last = runs.at(-1);
    if (last?.tenantId === change.tenantId && last.changes.length < ROWS_A_TRANSACTION)
      last.changes.push(change);
    else runs.push({ tenantId: change.tenantId, first: record, changes: [change] });
  }
  return runs;
}
