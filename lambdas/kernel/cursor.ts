import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CURSOR_KEY } from './item-keys.ts';
import { text } from './items.ts';
import { invalidField } from './problem.ts';
import type { Table } from './table.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D, 8.2.2. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The list that a cursor is of: in another, its position would be somewhere that nobody has read up to. */
export interface CursorPlace {
  readonly tenantId: string;
  readonly list: 'keys' | 'users' | 'invitations' | 'audit' | 'export' | 'account' | 'tenants';
}

/** Where the pages of lists end, as texts that say nothing: each is of one list of one tenant, and whoever edits one has none. */
export interface Cursors {
  /** Null for the end of the list. */
  seal(position: string | null, place: CursorPlace): Promise<string | null>;
  /** The inverse. Throws `invalid_field` when it is not a cursor that this tenant was given in this list. */
  open(cursor: string | undefined, place: CursorPlace): Promise<string | undefined>;
}

/** Cursors under a key, which is asked for when the first one is needed. */
export function cursorsUnder(readKey: () => Promise<Buffer>): Cursors {
  let key: Promise<Buffer> | undefined;
  const present = (): Promise<Buffer> => {
    key ??= readKey().catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
  return {
    seal: async (position, place) => (position === null ? null : seal(position, place, await present())),
    open: async (cursor, place) => {
      if (cursor === undefined) return undefined;
      const position = open(cursor, place, await present());
      if (position === undefined)
        throw invalidField(
          'cursor',
          'must be a next_cursor as it was returned; without one the list begins anew',
        );
      return position;
    },
  };
}

/**
 * Cursors under the deployment's key, an item of its own in the table: whoever asks first makes it, in one write.
 * Whoever reads it can forge a cursor, which shows a tenant's own rows from another place on.
 */
export function tableCursors(table: Pick<Table, 'update'>): Cursors {
  return cursorsUnder(async () => {
    const item = await table.update(CURSOR_KEY, {
      UpdateExpression: 'SET cursorKey = if_not_exists(cursorKey, :fresh)',
      ExpressionAttributeValues: { ':fresh': { S: randomBytes(KEY_BYTES).toString('base64') } },
      ReturnValues: 'ALL_NEW',
    });
    return Buffer.from(text(item ?? {}, 'cursorKey'), 'base64');
  });
}

function boundTo({ tenantId, list }: CursorPlace): Buffer {
  return Buffer.from(`${list} ${tenantId}`);
}

function seal(position: string, place: CursorPlace, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(place));
  const sealed = [cipher.update(position, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([nonce, ...sealed]).toString('base64url');
}

/** Undefined for what was not sealed so. */
function open(cursor: string, place: CursorPlace, key: Buffer): string | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Base64 can be written in several ways, of which one is ours.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const position = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    return position + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
