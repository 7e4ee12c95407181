import type { DynamoDBRecord } from 'aws-lambda';
import type { AuditedState } from '../audit/entries.ts';
import type { SourcedEntry } from '../audit/trail-store.ts';
import { formatBlock } from '../kernel/address.ts';
import { allowedBlocks } from '../kernel/allow-list.ts';
import { NEVER, timestamp } from '../kernel/clock.ts';
import { type Item, number, text } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';

/** A change of a hot record as a row of its tenant's audit trail. */
export interface HotChange extends SourcedEntry {
  readonly tenantId: string;
}

/** What a hot record is called in the trail, and which of its attributes are told: no hash is among them. */
const KINDS: Readonly<Record<string, { kind: string; id: string; state: (item: Item) => AuditedState }>> = {
  KEY: {
    kind: 'key',
    id: 'id',
    state: (item) => ({
      workspace_id: item.wsp?.S,
      environment: item.env?.S,
      scopes: item.scp?.S?.split(' '),
      status: item.st?.S,
      expires_at: timestamp(number(item, 'xa', NEVER)),
      allowed_ips: allowedBlocks(item).map(formatBlock),
      ...(item.rot === undefined ? {} : { rotated_at: timestamp(number(item, 'rot')) }),
    }),
  },
  SESSION: {
    kind: 'session',
    id: 'sid',
    state: (item) => ({ user_id: item.usr?.S, role: item.rol?.S, status: item.st?.S }),
  },
};

/** The row of a stream's record; undefined when the record is no change, or changed nothing that is told. */
export function hotChange(record: DynamoDBRecord): HotChange | undefined {
  const { before, after } = imagesOf(record);
  const described = KINDS[after?.SK?.S ?? ''];
  const change = after?.chg?.M;
  if (after === undefined || described === undefined || change === undefined) return undefined;
  if (number(after, 'seq') === (before === undefined ? 0 : number(before, 'seq'))) return undefined;
  const { kind, id, state } = described;
  const [was, is] = [before === undefined ? null : state(before), state(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const name = text(after, id);
  return {
    tenantId: text(after, 'ten'),
    source: `${kind}#${name}#${number(after, 'seq')}`,
    entry: {
      actor: text(change, 'actor'),
      action: `${kind}.${text(change, 'what')}`,
      target: `${kind}:${name}`,
      at: Math.floor(record.dynamodb?.ApproximateCreationDateTime ?? Date.now() / 1000),
      requestId: text(change, 'request_id'),
      address: change.ip?.S ?? null,
      before: was,
      after: is,
    },
  };
}
