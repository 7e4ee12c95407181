import * as z from 'zod';
import { formatBlock, MAX_ALLOWED_BLOCKS, parseBlock } from '../domain/address.ts';
import { parseTimestamp, timestamp } from '../domain/clock.ts';
import type { Grant } from '../domain/grants.ts';
import { type KeyFormat, maskedKey } from '../domain/key-format.ts';
import { type ApiKey, type ExpiryRequest, statusOf } from '../domain/keys.ts';
import { ENVIRONMENTS, ROLES, SCOPES } from '../domain/scopes.ts';
import { MAX_WORKSPACE_ID_LENGTH } from '../domain/workspace-choice.ts';

/** The building blocks of request and response bodies; units and limits stand in the descriptions. */

/** Text that people write: any script, but nothing that a terminal, a log or a database would stumble over. */
export const plainText = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, 'must not contain control characters')
    .regex(/\S/, 'must not be blank')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

export const email = z
  .string()
  .max(254)
  .transform((value) => value.trim())
  .pipe(z.email('must be an e-mail address, like ada@example.com'));

export const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(256, 'must have at most 256 characters')
  .describe('8 to 256 characters; any, spaces too.');

export const scopes = z
  .array(z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`))
  .min(1)
  .max(SCOPES.length);

export const environment = z.enum(ENVIRONMENTS, `must be one of ${ENVIRONMENTS.join(', ')}`);

export const allowedIps = z
  .array(
    z.string().transform((value, context) => {
      const block = parseBlock(value);
      if (block === undefined) {
        context.addIssue({
          code: 'custom',
          message: 'must be an IPv4 or IPv6 address or CIDR block, like 203.0.113.0/24',
        });
        return z.NEVER;
      }
      return block;
    }),
  )
  .max(MAX_ALLOWED_BLOCKS)
  .describe(
    `At most ${MAX_ALLOWED_BLOCKS} addresses or CIDR blocks from which the key may be used; empty for any.`,
  );

export const metadata = z
  .record(
    z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores'),
    z.string().max(256),
  )
  .refine((value) => Object.keys(value).length <= 20, 'must have at most 20 entries')
  .describe('At most 20 strings of at most 256 characters. Not for secrets.');

export const expiresInDays = z
  .int('must be a whole number of days')
  .min(1)
  .max(3650)
  .nullable()
  .describe('Days until the key expires; null for never.');

export const expiresAt = z
  .string()
  .transform((value, context) => {
    const seconds = parseTimestamp(value);
    if (seconds === undefined) {
      context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time, like 2027-01-31T12:00:00Z' });
      return z.NEVER;
    }
    return seconds;
  })
  .nullable()
  .describe('When the key expires (RFC 3339); null for never.');

/** The two ways to say an expiry, of which at most one may be used. */
export const expiryFields = { expires_in_days: expiresInDays.optional(), expires_at: expiresAt.optional() };

export const onlyOneExpiry = {
  check: (body: { expires_in_days?: unknown; expires_at?: unknown }) =>
    body.expires_in_days === undefined || body.expires_at === undefined,
  problem: { path: ['expires_at'], message: 'cannot be combined with expires_in_days' },
};

/** The expiry of a body as the domain takes it. */
export function expiryRequest(
  body: {
    readonly expires_in_days?: number | null | undefined;
    readonly expires_at?: number | null | undefined;
  },
  now: number,
): { readonly expiry?: ExpiryRequest } {
  if (body.expires_at !== undefined) return { expiry: { field: 'expires_at', at: body.expires_at } };
  if (body.expires_in_days === undefined) return {};
  const at = body.expires_in_days === null ? null : now + body.expires_in_days * 86_400;
  return { expiry: { field: 'expires_in_days', at } };
}

export const workspaceId = z.string().min(1).max(MAX_WORKSPACE_ID_LENGTH);

export const time = z.iso.datetime({ offset: true });

/** An API key as it is shown: never the key. */
export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  key_prefix: z.string().describe('The masked key: enough to recognise it.'),
  workspace_id: z.string(),
  environment: z.enum(ENVIRONMENTS),
  scopes: z.array(z.enum(SCOPES)),
  status: z.enum(['active', 'expired', 'disabled', 'revoked']),
  is_active: z.boolean(),
  allowed_ips: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  created_at: time,
  created_by: z.string(),
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  last_used_at: time.nullable(),
  last_used_ip: z.string().nullable(),
  request_count: z.int().describe('Requests authenticated with this key, refused ones too.'),
  previous_key_expires_at: time.nullable().describe('Until when the key before the last rotation works.'),
});
export const issuedKeyView = keyView.extend({ key: z.string().describe('The key. It is shown only now.') });

/** Presents a key. */
export function viewKey(key: ApiKey, format: KeyFormat, now: number): z.output<typeof keyView> {
  const status = statusOf(key, now);
  const overlaps = key.previousExpiresAt !== null && key.previousExpiresAt > now;
  return {
    id: key.id,
    name: key.name,
    key_prefix: maskedKey(format, key.environment, key.locator),
    workspace_id: key.workspaceId,
    environment: key.environment,
    scopes: [...key.scopes],
    status,
    is_active: status === 'active',
    allowed_ips: key.allowedBlocks.map(formatBlock),
    metadata: key.metadata,
    created_at: timestamp(key.createdAt) ?? '',
    created_by: key.createdBy,
    expires_at: timestamp(key.expiresAt),
    revoked_at: key.revokedAt === null ? null : timestamp(key.revokedAt),
    last_used_at: key.lastUse === null ? null : timestamp(key.lastUse.at),
    last_used_ip: key.lastUse?.address ?? null,
    request_count: key.requests,
    previous_key_expires_at: overlaps ? timestamp(key.previousExpiresAt ?? 0) : null,
  };
}

export const role = z.enum(ROLES, `must be one of ${ROLES.join(', ')}`);

/** The query of a list that is read page by page. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

/** A time in a query, as Unix seconds. */
export const moment = z
  .string()
  .transform((value, context) => {
    const seconds = parseTimestamp(value);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time, like 2027-01-31T12:00:00Z' });
    return z.NEVER;
  })
  .describe('RFC 3339.');

export const grantView = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int().describe('Seconds.'),
  refresh_token: z.string().optional().describe('Absent where the profile knows none. Shown only now.'),
});

/** A grant as RFC 6749, 5.1 has it. */
export function viewGrant({
  accessToken,
  expiresInSeconds,
  refreshToken,
}: Grant): z.output<typeof grantView> {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresInSeconds,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  };
}
