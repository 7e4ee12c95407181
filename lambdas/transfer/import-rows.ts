import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { KeyFormat } from '../contract/key-format.ts';
import { NEVER } from '../kernel/clock.ts';
import { allowedIps, environment, plainText } from '../kernel/fields.ts';
import { issueText, tellingIssues } from '../kernel/issue.ts';
import { isObject, parseJson } from '../kernel/json.ts';
import { Problem } from '../kernel/problem.ts';
import type { RawBody } from '../kernel/route.ts';
import { API_KEY, KEY_ID } from '../keys/api-key.ts';
import { hashKey, parseKey } from '../keys/key-format.ts';
import { keyFields, metadata } from '../keys/views.ts';
import type { ImportRow } from './import.ts';

/** Rows of one call. */
export const MAX_ROWS = 10_000;

/** Bytes of a body when it is unpacked: ten thousand rows with room for their metadata. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

const MAX_MESSAGE_LENGTH = 200;

const id = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens or underscores');

const workspaceRow = z.object({ id, name: plainText(100) });

// An imported key has an end, not a time to live from now.
const { expires_in_days: _, ...importedFields } = keyFields;

/** What proves that a key is the importer's to bring: the key itself or, of operators, its SHA-256. */
const PROOFS = {
  key: {
    key: z
      .string('is required: the key itself')
      .regex(/^[\x21-\x7e]{20,512}$/, 'must be 20 to 512 characters of ASCII without blanks'),
  },
  sha256: {
    sha256: z
      .string('is required: the SHA-256 of the key in hexadecimal digits')
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
  },
};

export type ImportProof = keyof typeof PROOFS;

const keyFieldsOfRow = z.object({
  id: z.string().regex(KEY_ID, 'must be key_ and 1 to 64 letters, digits or underscores').optional(),
  name: plainText(100).default('Imported key'),
  workspace_id: z.string().max(64).optional(),
  environment: environment.default('live'),
  ...importedFields,
  allowed_ips: allowedIps.default([]),
  metadata: metadata.default({}),
});

const KEY_ROWS = {
  key: keyFieldsOfRow.extend(PROOFS.key),
  sha256: keyFieldsOfRow.extend(PROOFS.sha256),
};

/** A row as the document shows it. */
export const importRow = z
  .discriminatedUnion('type', [
    workspaceRow.extend({ type: z.literal('workspace') }),
    KEY_ROWS.key.extend({ type: z.literal('api_key') }),
  ])
  .meta({ id: 'ImportLine' });

/** Lines of an export that an import leaves alone. */
const NOT_IMPORTED: Readonly<Record<string, string>> = {
  tenant: 'settings are changed by the operation updateTenant',
  user: 'people are added by the operation createUser: passwords are not exported',
  audit: 'nobody writes the audit trail',
};

/** The reader's side of an import. */
export interface Reading {
  readonly tenantId: string;
  /** What rows of keys must have. */
  readonly proof: ImportProof;
  readonly format: KeyFormat;
  /** Unix seconds. */
  readonly now: number;
}

/** Reads the rows of a body of NDJSON, packed or not. Throws for a body that cannot be read; a bad row is a refused one. */
export function readRows(raw: RawBody, reading: Reading): ImportRow[] {
  const lines = unpack(raw).split('\n');
  const rows = lines.flatMap((text, index) => (text.trim() === '' ? [] : [{ text, line: index + 1 }]));
  if (rows.length > MAX_ROWS) {
    throw new Problem('payload_too_large', {
      message: `An import must have at most ${MAX_ROWS} rows; this one has ${rows.length}.`,
    });
  }
  if (rows.length === 0)
    throw new Problem('malformed_request', { message: 'The body has no rows (NDJSON).' });
  return rows.map(({ text, line }) => readRow(text, line, reading));
}

function unpack({ bytes, encoding }: RawBody): string {
  if (encoding !== '' && encoding !== 'identity' && encoding !== 'gzip') {
    throw new Problem('unsupported_media_type', {
      message: 'Content-Encoding must be gzip or none.',
      acceptEncoding: 'gzip, identity',
    });
  }
  try {
    const plain = encoding === 'gzip' ? gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Problem('payload_too_large', {
        message: `The unpacked body must have at most ${MAX_UNPACKED_BYTES} bytes.`,
      });
    }
    throw new Problem('malformed_request', {
      message: `The body is not ${encoding === 'gzip' ? 'a whole gzip file of UTF-8' : 'valid UTF-8'}.`,
    });
  }
}

function readRow(text: string, line: number, { tenantId, proof, format, now }: Reading): ImportRow {
  const row = parsed(text);
  if (typeof row === 'string') return { line, kind: 'refused', id: null, message: row };
  const named = typeof row.id === 'string' ? row.id.slice(0, 64) : null;
  const refused = (message: string): ImportRow => ({ line, kind: 'refused', id: named, message });
  if (row.tenant_id !== undefined && row.tenant_id !== tenantId) return refused('is of another tenant');
  const type = typeof row.type === 'string' ? row.type : '';
  const reason = Object.hasOwn(NOT_IMPORTED, type) ? NOT_IMPORTED[type] : undefined;
  if (reason !== undefined) return { line, kind: 'skipped', id: named, message: reason };
  switch (type) {
    case 'workspace': {
      const { data, error } = workspaceRow.safeParse(row, { reportInput: true });
      return data === undefined ? refused(describe(error)) : { line, kind: 'workspace', ...data };
    }
    case 'api_key': {
      if (proof === 'key' && row.sha256 !== undefined)
        return refused('sha256: only an operator imports by the hash; send the key itself as key');
      const { data, error } = KEY_ROWS[proof].safeParse(row, { reportInput: true });
      if (data === undefined) return refused(describe(error));
      if ('key' in data && parseKey(format, data.key) !== undefined)
        return refused('key: has the form of the keys of this API, which are not imported');
      const { id: wanted, workspace_id, environment, expires_at, ...asked } = data;
      const ends = expires_at ?? NEVER;
      if (ends <= now) return refused('expires_at: must lie in the future');
      return {
        line,
        kind: 'key',
        key: {
          ...API_KEY.asked(asked),
          environment,
          hash: 'key' in data ? hashKey(data.key) : Buffer.from(data.sha256, 'hex'),
          expiresAt: ends,
          ...(wanted === undefined ? {} : { id: wanted }),
          ...(workspace_id === undefined ? {} : { workspaceId: workspace_id }),
        },
      };
    }
    default:
      return refused('type: must be workspace or api_key');
  }
}

/** The row, or why it is none. */
function parsed(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : 'is not a JSON object';
  } catch (error) {
    return error instanceof Problem ? error.message : 'is not a JSON object';
  }
}

function describe(error: z.ZodError | undefined): string {
  const [issue] = tellingIssues(error?.issues ?? []);
  if (issue === undefined) return 'is invalid';
  // Of thousands of rows the report must still fit into an answer.
  return `${issue.path.join('.')}: ${issueText(issue)}`.slice(0, MAX_MESSAGE_LENGTH);
}
