import type { Profile } from '../contract/profile.ts';
import { printable } from '../kernel/json.ts';
import { Problem } from '../kernel/problem.ts';

type Aliases = Profile['requestFields'];

/** The name by which a profile publishes a field of Latchkey's. */
export function publishedName(field: string, aliases: Aliases): string {
  return Object.keys(aliases).find((name) => aliases[name] === field) ?? field;
}

/** The domain's complaint about fields, with their names as the caller wrote them; any other error as it is. */
export function inWrittenNames(error: unknown, written: object, aliases: Aliases): unknown {
  if (!(error instanceof Problem) || error.fields.length === 0) return error;
  const fields = error.fields.map(({ field, message }) => ({
    field: Object.hasOwn(written, field) ? field : printable(publishedName(field, aliases)),
    message,
  }));
  return new Problem(error.code, {
    ...error,
    cause: error.cause,
    message: fields.map(({ field, message }) => `${field}: ${message}`).join('; '),
    fields,
  });
}
