import * as z from 'zod';
import { ENVIRONMENTS, MAX_SCOPES, ROLE_NAME, SCOPE_NAME } from '../contract/scopes.ts';
import { MAX_ALLOWED_BLOCKS, parseBlock } from './address.ts';
import { parseTimestamp } from './clock.ts';
import { MAX_WORKSPACE_ID_LENGTH } from './ids.ts';

/**
 * The building blocks of request and response bodies; units and limits stand in the descriptions. A schema whose metadata
 * has an `id` is a named component of the OpenAPI document. Metadata also say in JSON Schema what a refinement or a
 * transformation checks, which zod cannot show.
 */

/** Text that people write: any script, but nothing that a terminal, a log or a database would stumble over. */
export const plainText = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, 'must not contain control characters')
    .refine((value) => /\S/.test(value), 'must not be blank')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
    // Both rules at once: clients read two patterns as the type `unknown & unknown`.
    .meta({ pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$' });

/** A scope of a request. Which there are, the rules know; the document says it (lib/openapi). */
const scopeNamed = (id: 'Scope' | 'DefaultScope') =>
  z
    .string()
    .regex(SCOPE_NAME, 'must be a scope: 1 to 64 printable ASCII characters without blanks, " and \\')
    .meta({ id });

const listOf = (scope: ReturnType<typeof scopeNamed>) =>
  z
    .array(scope)
    .min(1)
    .max(MAX_SCOPES)
    .transform((given) => [...new Set(given)]);

export const scope = scopeNamed('Scope');

export const scopes = listOf(scope);

/** The scopes of keys that are made without any: of those that do not manage. */
export const defaultScopes = listOf(scopeNamed('DefaultScope'));

/** Scopes as they are stored: one may have been given before the configuration lost it. */
export const storedScopes = z.array(z.string());

export const environment = z
  .enum(ENVIRONMENTS, `must be one of ${ENVIRONMENTS.join(', ')}`)
  .meta({ id: 'Environment' });

const addressBlock = z
  .string()
  .transform((value, context) => {
    const block = parseBlock(value);
    if (block === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'must be an IPv4 or IPv6 address or CIDR block, like 203.0.113.0/24',
      });
      return z.NEVER;
    }
    return block;
  })
  .meta({
    id: 'AddressBlock',
    description:
      'An IPv4 or IPv6 address, or a CIDR block whose bits after the prefix are zero: 203.0.113.0/24.',
    format: 'cidr',
  });

export const allowedIps = z
  .array(addressBlock)
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
  .regex(ROLE_NAME, 'must be a role: a letter, then at most 63 letters, digits, -, _ and :')
  .meta({ id: 'Role' });

/** A role as it is stored. */
export const storedRole = z.string();

/** Where the next page of a list begins. */
export const cursor = z
  .string()
  .min(1, 'must be a next_cursor as it was returned')
  .max(200)
  .describe('`next_cursor` of the page before.');

/** The query of a list that is read page by page. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: cursor.optional(),
});

/** A page of a list, of what one of its rows is shown as. */
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() });

/** A time, as Unix seconds. */
export const moment = z
  .string()
  .transform((value, context) => {
    const seconds = parseTimestamp(value);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time, like 2027-01-31T12:00:00Z' });
    return z.NEVER;
  })
  .meta({ description: 'RFC 3339.', format: 'date-time' });

/** Rules about which fields of a body come together: as the generator of the document reads them from its metadata. */
export interface FieldRules {
  readonly exactlyOne?: readonly string[];
  readonly atLeastOne?: readonly string[];
  readonly atMostOne?: readonly string[];
}

type Field<Schema extends z.ZodObject> = string & keyof Schema['shape'];

const countOf = (body: object, fields: readonly string[]) =>
  fields.filter((field) => (body as Readonly<Record<string, unknown>>)[field] !== undefined).length;

/** A body with one of the fields, and no other of them. A complaint is about the first. */
export const exactlyOne = <Schema extends z.ZodObject>(
  schema: Schema,
  fields: readonly [Field<Schema>, Field<Schema>],
) =>
  schema
    .refine((body) => countOf(body, fields) === 1, {
      path: [fields[0]],
      message: `is required (or ${fields[1]}, not both)`,
    })
    .meta({ exactlyOne: fields } satisfies FieldRules);

/** A body with one of the fields or both. A complaint is about the first. */
export const atLeastOne = <Schema extends z.ZodObject>(
  schema: Schema,
  fields: readonly [Field<Schema>, Field<Schema>],
) =>
  schema
    .refine((body) => countOf(body, fields) > 0, {
      path: [fields[0]],
      message: `is required (or ${fields[1]})`,
    })
    .meta({ atLeastOne: fields } satisfies FieldRules);

/** A body with one of the fields or none. A complaint is about the first. */
export const atMostOne = <Schema extends z.ZodObject>(
  schema: Schema,
  fields: readonly [Field<Schema>, Field<Schema>],
) =>
  schema
    .refine((body) => countOf(body, fields) < 2, {
      path: [fields[0]],
      message: `cannot be combined with ${fields[1]}`,
    })
    .meta({ atMostOne: fields } satisfies FieldRules);

/** A body of a change: not without any field. */
export const changesSomething = <Schema extends z.ZodObject>(schema: Schema) =>
  schema
    .refine((body) => countOf(body, Object.keys(body)) > 0, 'must change at least one field')
    .meta({ minProperties: 1 });
