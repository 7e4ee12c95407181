import * as z from 'zod';
import { ENVIRONMENTS, MAX_SCOPES, ROLE_NAME, SCOPE_NAME } from '../contract/scopes.ts';
import { MAX_ALLOWED_BLOCKS, parseBlock } from './address.ts';
import { parseTimestamp } from './clock.ts';
import { MAX_WORKSPACE_ID_LENGTH } from './ids.ts';

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

/** A scope of a request. Which there are, the rules know; the document says it. */
export const scope = z
  .string()
  .regex(SCOPE_NAME, 'must be a scope: 1 to 64 printable ASCII characters without blanks, " and \\');

export const scopes = z
  .array(scope)
  .min(1)
  .max(MAX_SCOPES)
  .transform((given) => [...new Set(given)]);

/** Scopes as they are stored: one may have been given before the configuration lost it. */
export const storedScopes = z.array(z.string());

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

export const expiresInDays = z
  .int('must be a whole number of days')
  .min(1)
  .max(3650)
  .nullable()
  .describe('Days until the key expires; null for never.');

export const workspaceId = z.string().min(1).max(MAX_WORKSPACE_ID_LENGTH);

export const time = z.iso.datetime({ offset: true });

/** A role of a request, as {@link scope} is a scope of one. */
export const role = z
  .string()
  .regex(ROLE_NAME, 'must be a role: a letter, then at most 63 letters, digits, -, _ and :');

/** A role as it is stored. */
export const storedRole = z.string();

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
