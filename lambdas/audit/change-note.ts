import { type AttributeValue, S } from '../kernel/items.ts';
import type { AuditVerb } from './actions.ts';
import type { ChangeOrigin } from './entries.ts';

/** A caller may choose a long request id; the record, which must stay below 1 KB, keeps the length of a UUID of it. */
const NOTED_REQUEST_ID_LENGTH = 36;

/** The note of a hot record's last change, kept until the next decision: the stream makes a row of it. */
export function changeNote(
  { actor, requestId, address }: ChangeOrigin,
  what: AuditVerb<'key' | 'session' | 'user'>,
): AttributeValue {
  return {
    M: {
      actor: S(actor),
      request_id: S(requestId.slice(0, NOTED_REQUEST_ID_LENGTH)),
      what: S(what),
      ...(address === undefined ? {} : { ip: S(address) }),
    },
  };
}
