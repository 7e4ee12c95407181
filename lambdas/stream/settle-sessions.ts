import type { DynamoDBRecord } from 'aws-lambda';
import { notedOrigin } from '../audit/change-note.ts';
import type { ChangeOrigin } from '../audit/entries.ts';
import { CHANGE, PERSON_VERSION } from '../kernel/attributes.ts';
import { type Item, text } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';
import { userStanding } from '../people/people-store.ts';
import type { SessionStore } from '../sessions/sessions.ts';

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
  const isFollowed = after !== undefined && after[PERSON_VERSION]?.N === before[PERSON_VERSION]?.N;
  if (isFollowed) return;
  const origin = originOf(after, record.eventID ?? 'stream');
  const userId = text(item, 'SK').slice('USER#'.length);
  await sessions.settle(userId, after === undefined ? undefined : userStanding(after), origin);
}

/** The origin of a person's change; that of a removal stands in the trail's row, and no longer here. */
function originOf(person: Item | undefined, eventId: string): ChangeOrigin {
  const note = person?.[CHANGE]?.M;
  if (note === undefined) return { actor: 'system', requestId: eventId };
  return notedOrigin(note);
}
