import { NOTED_CALLER_REQUEST_ID_LENGTH } from '../audit/change-note.ts';
import { scopesText } from '../contract/scopes.ts';
import { packBlocks } from '../kernel/address.ts';
import type { ApiKey } from './api-key.ts';

/**
 * Bytes that a used record with the note of a change leaves, of its 1 KB, to lists and the caller's request id
 * (`test/access/record-size.engine.test.ts`).
 */
const ROOM = 419;

/** Characters that a key's note has room for: of a long allow-list beside many scopes none. */
export function callerIdLength({ scopes, allowedBlocks }: Pick<ApiKey, 'scopes' | 'allowedBlocks'>): number {
  const lists = Buffer.byteLength(scopesText(scopes)) + packBlocks(allowedBlocks).length;
  return Math.min(NOTED_CALLER_REQUEST_ID_LENGTH, Math.max(0, ROOM - lists));
}
