/** Requests made up from an OpenAPI document: near what it describes, and just beside it. */
import * as fc from 'fast-check';
import type { Operation, Json as Schema } from '../support/documented.ts';
import type { HttpRequest } from '../support/http.ts';

/** Texts that have broken programs before: long, empty, with NUL, unpaired, of another script, of another language. */
const TEXTS = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.emailAddress(),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '__proto__',
    "' OR 1=1 --",
    '../../etc/passwd',
    '💥'.repeat(50),
    'a'.repeat(5000),
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.ipV4().map((address) => `${address}/24`),
);
const ANYTHING = fc.oneof(
  { weight: 3, arbitrary: TEXTS },
  { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
);

/** A value of a schema, mostly; sometimes anything. */
function someValue(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: ANYTHING });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema === undefined || depth > 4) return ANYTHING;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives))
    return fc.oneof(...alternatives.map((each: Schema) => fitting(each, depth + 1)));
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
      const fields = Object.fromEntries(
        properties.map(([name, inner]) => [name, someValue(inner, depth + 1)]),
      );
      const known = fc.record(fields, { requiredKeys: schema.required ?? [] });
      return fc.oneof(
        { weight: 5, arbitrary: known },
        {
          weight: 1,
          arbitrary: fc
            .tuple(known, fc.dictionary(fc.string(), ANYTHING, { maxKeys: 3 }))
            .map(([a, b]) => ({ ...a, ...b })),
        },
        { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
      );
    }
    case 'array':
      return fc.array(someValue(schema.items, depth + 1), { maxLength: 25 });
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 10_000 }),
        fc.double(),
        fc.maxSafeInteger(),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return TEXTS;
    default:
      return ANYTHING;
  }
}

/** A segment of unreserved characters (RFC 3986, 2.3), not all of them dots. */
const PLAIN_SEGMENT = /^(?!\.*$)[\w.~-]+$/;

/** A made-up request. `isPlain` when its path is surely the operation's, whoever reads it. */
export interface MadeUp {
  readonly target: string;
  readonly request: HttpRequest;
  readonly isPlain: boolean;
}

/** What is wrong with an answer; undefined when nothing is. */
export function complaint(operation: Operation, { isPlain }: MadeUp, status: number): string | undefined {
  // What the deployment has not switched on says so, whatever is sent.
  if (status >= 500 && !(status === 501 && operation.statuses.has(501)))
    return `${operation.id} answers ${status}`;
  // A path that is read in two ways is refused, or is another path, whatever the operation's document says.
  if (operation.statuses.has(status) || (!isPlain && (status === 400 || status === 404))) return undefined;
  return `${operation.id} has no ${status} in its document`;
}

/** A request of an operation: path, query, headers and body. `credentials` are headers that some request carries. */
export function requestOf(
  operation: Operation,
  credentials: readonly Readonly<Record<string, string>>[],
  ids: readonly string[],
): fc.Arbitrary<MadeUp> {
  const segment = fc
    .oneof(fc.constantFrom(...ids), TEXTS)
    .map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 1500) || '0');
  const query = Object.fromEntries(
    operation.parameters
      .filter((each) => each.in === 'query')
      .map(({ name, schema }) => [name, someValue(schema).map(textOf)]),
  );
  return fc
    .record({
      segments: fc.array(segment, { minLength: 2, maxLength: 2 }),
      query: fc.record(query, { requiredKeys: [] }),
      stray: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 20 }), { maxKeys: 1 }),
      credential: fc.constantFrom(...credentials),
      body: operation.body === undefined ? fc.constant(undefined) : someValue(operation.body),
      lines: fc.array(someValue(operation.body), { maxLength: operation.takesLines ? 20 : 0 }),
      workspace: fc.option(fc.constantFrom(...ids, 'nothing', ''), { freq: 8, nil: undefined }),
      form: fc.constantFrom('json', 'json', 'json', 'form', 'raw', 'type'),
    })
    .map(({ segments, query: parameters, stray, credential, body, lines, workspace, form }) => {
      let index = 0;
      const path = operation.path.replaceAll(/\{\w+\}/g, () => segments[index++ % segments.length] ?? '0');
      const pairs = Object.entries({ ...parameters, ...stray }).map(([name, value]): [string, string] => [
        name,
        textOf(value),
      ]);
      const search = new URLSearchParams(pairs).toString();
      const target = `${operation.method} ${path}${search && `?${search.slice(0, 2000)}`}`;
      const headers = {
        ...credential,
        ...contentType(form),
        ...(workspace === undefined ? {} : { 'x-workspace-id': workspace }),
      };
      const isPlain = !operation.path.includes('{') || segments.every((each) => PLAIN_SEGMENT.test(each));
      const content = operation.takesLines ? { body: lines.map(textOf).join('\n') } : bodyOf(body, form);
      return { target, request: { headers, ...content }, isPlain };
    });
}

function contentType(form: string): Record<string, string> {
  if (form === 'form') return { 'content-type': 'application/x-www-form-urlencoded' };
  if (form === 'type') return { 'content-type': 'text/plain; charset=latin1' };
  return { 'content-type': 'application/json' };
}

function bodyOf(body: unknown, form: string): HttpRequest {
  if (body === undefined) return {};
  if (form === 'raw') return { body: Buffer.from(String(JSON.stringify(body)).slice(0, -1), 'latin1') };
  if (form === 'form' && typeof body === 'object' && body !== null) {
    const fields = Object.entries(body).map(([name, value]): [string, string] => [
      name.toWellFormed(),
      textOf(value),
    ]);
    return { body: new URLSearchParams(Object.fromEntries(fields)).toString() };
  }
  return { body: JSON.stringify(body) ?? 'null' };
}

function textOf(value: unknown): string {
  return (typeof value === 'string' ? value : String(JSON.stringify(value))).toWellFormed();
}
