import type { DynamoDBRecord } from 'aws-lambda';
import { AUDIT_ACTIONS } from '../audit/actions.ts';
import { notedOrigin } from '../audit/change-note.ts';
import { type AuditedState, auditEntry } from '../audit/entries.ts';
import type { SourcedEntry } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { type Item, number, oneOf, text } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';
import { API_KEY } from '../keys/api-key.ts';
import { SESSION } from '../sessions/session.ts';

/** A change of a hot record as a row of its tenant's audit trail. */
export interface HotChange extends SourcedEntry {
  readonly tenantId: string;
}

/** Hot records by their sort key: their kind in the trail, where their id is, and what the trail tells of them. */
const KINDS: Readonly<Record<string, { kind: string; id: string; state: (item: Item) => AuditedState }>> = {
  KEY: { kind: 'key', id: attribute.KEY_ID, state: (item) => API_KEY.auditedItem('record', item) },
  SESSION: {
    kind: 'session',
    id: attribute.SESSION_ID,
    state: (item) => SESSION.auditedItem('record', item),
  },
};

/** The row of a stream's record; undefined when the record is no change, or changed nothing that is told. */
export function hotChange(record: DynamoDBRecord): HotChange | undefined {
  const { before, after } = imagesOf(record);
  const described = KINDS[after?.SK?.S ?? ''];
  const change = after?.[attribute.CHANGE]?.M;
  if (after === undefined || described === undefined || change === undefined) return undefined;
  const changes = number(after, attribute.CHANGES);
  if (changes === number(before ?? {}, attribute.CHANGES)) return undefined;
  const { kind, id, state } = described;
  const [was, is] = [before === undefined ? null : state(before), state(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const name = text(after, id);
  return {
    tenantId: text(after, attribute.TENANT),
    source: `${kind}#${name}#${changes}`,
    entry: auditEntry({
      action: oneOf(AUDIT_ACTIONS, `${kind}.${text(change, 'what')}`),
      target: `${kind}:${name}`,
      // A session is a person's, and no workspace's.
      workspaceId: kind === 'key' ? text(after, attribute.WORKSPACE) : null,
      origin: notedOrigin(change),
      at: Math.floor(record.dynamodb?.ApproximateCreationDateTime ?? Date.now() / 1000),
      before: was,
      after: is,
    }),
  };
}
