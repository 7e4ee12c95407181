import * as z from 'zod';
import type { KeyFormat } from '../contract/key-format.ts';
import {
  allowedIps,
  atMostOne,
  environment,
  expiresInDays,
  moment,
  scopes,
  storedScopes,
  time,
} from '../kernel/fields.ts';
import { API_KEY, type ApiKey } from './api-key.ts';
import type { ExpiryRequest } from './bounds.ts';

export const metadata = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores'),
    z.string().max(256),
  )
  .refine((value) => Object.keys(value).length <= 20, 'must have at most 20 entries')
  .describe('At most 20 strings of at most 256 characters. Not for secrets.');

export const expiresAt = moment.nullable().describe('When the key expires (RFC 3339); null for never.');

/** The two ways to say an expiry, of which at most one may be used. */
export const expiryFields = { expires_in_days: expiresInDays.optional(), expires_at: expiresAt.optional() };

/** Fields of requests for a new, imported or changed key; all but the expiry are taken as they are ({@link API_KEY}). */
export const keyFields = {
  scopes: scopes.optional(),
  ...expiryFields,
  allowed_ips: allowedIps.optional(),
  metadata: metadata.optional(),
};

/** A body with {@link expiryFields}. */
export const onlyOneExpiry = <Schema extends z.ZodObject<typeof expiryFields>>(schema: Schema) =>
  atMostOne(schema, ['expires_at', 'expires_in_days']);

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
  const at = body.expires_in_days === null ? null : now + body.expires_in_days * 86400;
  return { expiry: { field: 'expires_in_days', at } };
}

/** An API key as it is shown: never the key. */
export const keyView = z
  .object({
    id: z.string(),
    name: z.string(),
    key_prefix: z.string().describe('The masked key: enough to recognise it.'),
    workspace_id: z.string(),
    environment,
    scopes: storedScopes,
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
  })
  .meta({ id: 'ApiKey' });

export const issuedKeyView = keyView
  .extend({ key: z.string().describe('The key. It is shown only now.') })
  .meta({ id: 'IssuedApiKey' });

export const createdKeyView = keyView
  .extend({
    key: z
      .string()
      .optional()
      .describe('The key. It is shown only now: a repetition with the same Idempotency-Key has none.'),
  })
  .meta({ id: 'CreatedApiKey' });

const view = API_KEY.viewAs<z.output<typeof keyView>>();

/** Presents a key. */
export function viewKey(key: ApiKey, format: KeyFormat, now: number): z.output<typeof keyView> {
  return view(key, { key, format, now });
}
