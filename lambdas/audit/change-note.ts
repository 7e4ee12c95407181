import { type AttributeValue, type Item, S, text } from '../kernel/items.ts';
import type { AuditVerb } from './actions.ts';
import type { ChangeOrigin } from './entries.ts';

/** Characters of request ids that a note keeps, as the record must stay below 1 KB: of ours all, of a caller's the first. */
const NOTED_REQUEST_ID_LENGTH = 36;
export const NOTED_CALLER_REQUEST_ID_LENGTH = 64;

/**
 * The note of a hot record's last change, kept until the next decision: the stream makes a row of it. `callerIdLength`
 * is what the record has room for of the caller's request id.
 */
export function changeNote(
  { actor, subject, requestId, callerRequestId, address }: ChangeOrigin,
  what: AuditVerb<'key' | 'session' | 'user'>,
  callerIdLength = NOTED_CALLER_REQUEST_ID_LENGTH,
): AttributeValue {
  // Whom a page acts for is told before the id that it gave its request.
  const room = Math.max(0, callerIdLength - (subject?.length ?? 0));
  const ownId = callerRequestId?.slice(0, room) ?? '';
  return {
    M: {
      actor: S(actor),
      request_id: S(requestId.slice(0, NOTED_REQUEST_ID_LENGTH)),
      what: S(what),
      ...(subject === undefined ? {} : { sub: S(subject) }),
      ...(ownId === '' ? {} : { own_id: S(ownId) }),
      ...(address === undefined ? {} : { ip: S(address) }),
    },
  };
}

/** The origin that a note tells. */
export function notedOrigin(note: Item): ChangeOrigin {
  return {
    actor: text(note, 'actor'),
    ...(note.sub?.S === undefined ? {} : { subject: note.sub.S }),
    requestId: text(note, 'request_id'),
    ...(note.own_id?.S === undefined ? {} : { callerRequestId: note.own_id.S }),
    ...(note.ip?.S === undefined ? {} : { address: note.ip.S }),
  };
}
