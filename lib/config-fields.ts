import * as z from 'zod';

/** The kinds of fields that a configuration is made of. Each says in its one error message what is allowed. */

/** An object with these fields and no others. `former` says of fields that there were what they are now. */
export function fields<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  former: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return `must be an object with ${known}`;
      const renamed = issue.keys.find((key) => Object.hasOwn(former, key));
      return (renamed && former[renamed]) ?? `unknown field; known are ${known}`;
    },
  });
}

/** A string of a certain form. */
export function text(pattern: RegExp, allowed: string) {
  const error = `must be ${allowed}`;
  return z.string({ error }).regex(pattern, { error });
}

/** A string of a certain form, or one of an app of the CDK that is known only when the stack is deployed. */
export function reference(pattern: RegExp, allowed: string) {
  return stringOr(pattern, `must be ${allowed}`);
}

/** The same, with an error of its own where there is none. */
export function stringOr(pattern: RegExp, error: string, missing = error) {
  return z.string({ error: missing }).refine((given) => isToken(given) || pattern.test(given), { error });
}

/** A whole number within limits, both included. The error says what to do about the number that was given. */
export function whole(min: number, max: number, otherwise = '') {
  const allowed = `must be a whole number from ${min} to ${max} ${otherwise}`.trimEnd();
  const error = ({ input }: { readonly input?: unknown }) => {
    if (typeof input !== 'number' || Number.isNaN(input)) return allowed;
    if (input < min) return `${allowed}; raise it to ${min} or more`;
    if (input > max) return `${allowed}; lower it to ${max} or less`;
    return `${allowed}; round it to ${Math.round(input)}`;
  };
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function flag() {
  return z.boolean({ error: 'must be true or false' });
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

/** A list that is not empty. */
export function atLeastOne<Type extends z.ZodType>(type: Type, what: string) {
  const error = `must be a list of at least one ${what}`;
  return z.array(type, { error }).min(1, { error }).readonly();
}

/** A URL that is fetched or compared: without credentials, query and fragment. */
export const httpsUrl = () =>
  text(
    /^https:\/\/[^\s/?#@]+(\/[^\s?#]*)?$|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/[^\s?#]*)?$/,
    'an https:// URL without credentials or a query (http:// only to localhost or 127.0.0.1)',
  );

/**
 * Whether a text has a part that only CloudFormation knows, as CDK writes it (`Token.isUnresolved`). Without CDK, which the
 * command line and the tests of rules need not load to read a configuration.
 */
export function isToken(text: string): boolean {
  return /\$\{Token\[[^\]]*\]\}/.test(text);
}
