import type { DynamoDBRecord } from 'aws-lambda';
import type { SessionStore } from '../domain/sessions.ts';
import { type AuditTrail, ROWS_A_TRANSACTION } from '../store/audit-trail.ts';
import { type CountedEvent, censusChange, type DynamoCensusStore } from '../store/census-store.ts';
import type { Item } from '../store/items.ts';
import type { DynamoUsageKeyStore } from '../store/usage-key-store.ts';
import { type HotChange, hotChange } from './audit-changes.ts';
import { type Settled, settleKey } from './settle-keys.ts';
import { settleSessions } from './settle-sessions.ts';
import { settleTenant } from './settle-tenants.ts';

/** What follows from the stream's events. */
export interface Followers extends Settled {
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly sessions: Pick<SessionStore, 'settle'>;
  readonly census: Pick<DynamoCensusStore, 'count'>;
  readonly usageKeys: Pick<DynamoUsageKeyStore, 'register' | 'release'>;
}

/**
 * Does what follows from a batch of the stream: first what is done for many records at a time, the audit trail in the
 * stream's order and the census, then the rest, record by record. Whatever is done twice changes nothing.
 * Gives the record from which on the batch must come again; undefined when all is done.
 */
export async function follow(
  records: readonly DynamoDBRecord[],
  followers: Followers,
): Promise<DynamoDBRecord | undefined> {
  const [earliest] = records;
  if (earliest === undefined) return undefined;
  for (const { tenantId, changes, first } of runsOfOneTenant(records)) {
    // Those before the run have their rows, and nothing else yet: all must come again.
    if (!(await done(first, () => followers.audit.record(tenantId, changes)))) return earliest;
  }
  const events = records.map(eventOf);
  if (!(await done(earliest, () => followers.census.count(events, followers.clock())))) return earliest;
  for (const record of records) {
    const settled = done(record, async () => {
      await settleKey(record, followers);
      await settleSessions(record, followers.sessions);
      await settleTenant(record, followers.usageKeys, followers.clock);
    });
    if (!(await settled)) return record;
  }
  return undefined;
}

async function done(record: DynamoDBRecord, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    console.error(JSON.stringify({ level: 'ERROR', event: record.eventID, cause: String(cause) }));
    return false;
  }
}

function eventOf({ eventID = '', dynamodb }: DynamoDBRecord): CountedEvent {
  const change = censusChange(dynamodb?.OldImage as Item | undefined, dynamodb?.NewImage as Item | undefined);
  return { id: eventID, change };
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
