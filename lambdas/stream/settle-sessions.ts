import type { DynamoDBRecord } from 'aws-lambda';
import type { ChangeOrigin } from '../domain/audit.ts';
import type { SessionStore } from '../domain/sessions.ts';
import { type Item, text } from '../store/items.ts';
import { userStanding } from '../store/people-store.ts';
import { imagesOf } from './records.ts';

/**
 * Brings a person's sessions in line with the person, should whoever changed or removed them have been cut off.
 * Doing it twice changes nothing, as a stream delivers at least once.
 */
export async function settleSessions(
  record: DynamoDBRecord,
  sessions: Pick<SessionStore, 'settle'>,
): Promise<void> {
  const { before, after } = imagesOf(record);
  const item = after ?? before;
  if (before === undefined || item === undefined || !item.SK?.S?.startsWith('USER#')) return;
  const isFollowed = after !== undefined && after.ver?.N === before.ver?.N;
  if (isFollowed) return;
  const origin = originOf(after, record.eventID ?? 'stream');
  const userId = text(item, 'SK').slice('USER#'.length);
  await sessions.settle(userId, after === undefined ? undefined : userStanding(after), origin);
}

/** Whoever changed the person; who removed them stands in the trail's row of that, and no longer here. */
function originOf(person: Item | undefined, eventId: string): ChangeOrigin {
  const note = person?.chg?.M;
  if (note === undefined) return { actor: 'system', requestId: eventId };
  return {
    actor: text(note, 'actor'),
    requestId: text(note, 'request_id'),
    ...(note.ip?.S === undefined ? {} : { address: note.ip.S }),
  };
}
