import { createHash } from 'node:crypto';
import { invalidField } from './problem.ts';

const SEAL_BYTES = 9;

/** A page's end as an opaque text, bound to the tenant: neither an edited one nor another tenant's is taken. */
export function sealCursor(id: string | null, tenantId: string): string | null {
  return id === null ? null : Buffer.concat([seal(id, tenantId), Buffer.from(id)]).toString('base64url');
}

/** The inverse. Throws `invalid_field` when it is not a cursor that this tenant was given. */
export function openCursor(cursor: string | undefined, tenantId: string): string | undefined {
  if (cursor === undefined) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  const id = bytes.subarray(SEAL_BYTES).toString();
  if (sealCursor(id, tenantId) !== cursor)
    throw invalidField('cursor', 'must be a next_cursor as it was returned');
  return id;
}

/** Tells mistakes, not attacks: a forged cursor would only show its maker's own keys from another place on. */
function seal(id: string, tenantId: string): Buffer {
  return createHash('sha256').update(`${tenantId}\0${id}`).digest().subarray(0, SEAL_BYTES);
}
