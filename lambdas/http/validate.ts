import type * as z from 'zod';
import type { FieldError } from '../contract/errors.ts';
import type { Profile } from '../contract/profile.ts';
import { issueText, tellingIssues } from '../kernel/issue.ts';
import { isObject, printable } from '../kernel/json.ts';
import { Problem } from '../kernel/problem.ts';
import { publishedName } from './field-names.ts';

/** Errors that an answer names; of more it tells how many. */
const MAX_NAMED_ERRORS = 10;

/**
 * Checks a value by a route's schema. The profile's field names are taken beside Latchkey's own, and an error names
 * a field as the caller wrote it. A field that is not there is what `defaults` has. Throws `invalid_field` that lists the first wrong fields, and says how many more there are.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  aliases: Profile['requestFields'],
  defaults: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  if (!isObject(value))
    throw new Problem('malformed_request', { message: 'The body must be a JSON object.' });
  const { renamed, writtenAs } = canonicalNames(value, aliases);
  const result = schema.safeParse({ ...defaults, ...renamed }, { reportInput: true });
  if (result.success) return result.data;
  const found = tellingIssues(result.error.issues).flatMap((issue) =>
    describeIssue(issue, schema, writtenAs, aliases),
  );
  const fields = found.slice(0, MAX_NAMED_ERRORS);
  const texts = fields.map(({ field, message }) => `${field}: ${message}`);
  const more = found.length - fields.length;
  throw new Problem('invalid_field', {
    message: [...texts, ...(more === 0 ? [] : [`and ${more} more`])].join('; '),
    fields,
  });
}

function canonicalNames(value: Record<string, unknown>, aliases: Profile['requestFields']) {
  const writtenAs = new Map<string, string>();
  const renamed: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const canonical = (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
    const other = writtenAs.get(canonical);
    if (other !== undefined) {
      const message = `cannot be combined with ${printable(other)}`;
      throw new Problem('invalid_field', {
        message: `${printable(name)}: ${message}`,
        fields: [{ field: printable(name), message }],
      });
    }
    writtenAs.set(canonical, name);
    Object.defineProperty(renamed, canonical, {
      value: field,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { renamed, writtenAs };
}

function describeIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  writtenAs: ReadonlyMap<string, string>,
  aliases: Profile['requestFields'],
): FieldError[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    const allowed = fieldNames(schema)
      .map((field) => publishedName(field, aliases))
      .join(', ');
    // The list stands in the first error only: an answer must not grow with what was sent.
    return issue.keys.map((key, index) => ({
      field: printable(writtenAs.get(key) ?? key),
      message: `is not a field of this request${index === 0 ? `; allowed are ${allowed}` : ''}`,
    }));
  }
  const [head, ...rest] = issue.path;
  const first =
    head === undefined ? 'body' : (writtenAs.get(String(head)) ?? publishedName(String(head), aliases));
  const field = rest.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : `${path}.${printable(String(part))}`),
    printable(first),
  );
  return [{ field, message: issueText(issue) }];
}

function fieldNames(schema: z.ZodType): string[] {
  return 'shape' in schema ? Object.keys(schema.shape as object) : [];
}
