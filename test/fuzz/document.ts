/** Requests made up from an OpenAPI document: near what it describes, and just beside it. */
import * as fc from 'fast-check';
import type { Operation, Json as Schema } from '../support/documented.ts';
import type { HttpRequest, HttpResponse } from '../support/http.ts';

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
      // Of what a document says in two places at once, one may name a field that the other has.
      const required = (schema.required ?? []).filter((name: string) => Object.hasOwn(fields, name));
      const known = fc.record(fields, { requiredKeys: required });
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
  /** Whether its request line and headers may be more than API Gateway takes. */
  readonly hasWideHead?: boolean;
}

/** Most of an answer to an invalid request: more would let anybody make us send much for little. */
const LONGEST_REFUSAL_BYTES = 64 * 1024;

/** What is wrong with an answer; undefined when nothing is. */
export function complaint(
  operation: Operation,
  { isPlain, hasWideHead = false }: MadeUp,
  { status, bytes }: Pick<HttpResponse, 'status' | 'bytes'>,
): string | undefined {
  if (status >= 400 && bytes.length > LONGEST_REFUSAL_BYTES)
    return `${operation.id} refuses with ${bytes.length} bytes`;
  if (hasWideHead && status === 431) return undefined;
  if (status >= 500) return `${operation.id} answers ${status}`;
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

/** Where a request may hold more than anybody needs, and the bytes that one more costs besides its name. */
const PLACES = { fields: 5, members: 3, nesting: 8, form: 2, query: 2, headers: 5 } as const;
type Place = keyof typeof PLACES;

/** What a body of our own routes may have (`payload_too_large`), nearly filled; and more than that. */
const BODY_BYTES = [64_000, 300_000] as const;
/** Less than the 10,240 bytes of request line and headers that API Gateway takes, and more. */
const HEAD_BYTES = [8_000, 12_000] as const;

/** A request of an operation with many fields, members, parameters or headers, or with long names. */
export function wideRequestOf(
  operation: Operation,
  credentials: readonly Readonly<Record<string, string>>[],
  ids: readonly string[],
): fc.Arbitrary<MadeUp> {
  return fc
    .record({
      place: fc.constantFrom(...(Object.keys(PLACES) as Place[])),
      count: fc.constantFrom(1, 12, 300, 5_000, 20_000),
      nameLength: fc.constantFrom(1, 30, 1_000, 50_000),
      isDistinct: fc.boolean(),
      isTooMuch: fc.boolean(),
      body: fitting(operation.body, 0),
      credential: fc.constantFrom(...credentials),
      id: fc.constantFrom(...ids),
    })
    .map(({ place, body, credential, id, ...width }) => {
      const isOfHead = place === 'query' || place === 'headers';
      const budget = (isOfHead ? HEAD_BYTES : BODY_BYTES)[width.isTooMuch ? 1 : 0];
      const names = namesWithin(budget, PLACES[place], width);
      const target = `${operation.method} ${operation.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id))}`;
      const made = { target, isPlain: true, hasWideHead: isOfHead };
      const description = `${target} with ${names.length} ${place} of ${names[0]?.length} characters`;
      return {
        ...made,
        ...widened(target, place, names, { ...credential, ...contentType(place) }, body),
        // Megabytes of a counterexample say no more than this.
        [fc.toStringMethod]: () => description,
      };
    });
}

/** As many names of a length as are asked for and go into so many bytes. */
function namesWithin(
  bytes: number,
  overhead: number,
  { count, nameLength, isDistinct }: { count: number; nameLength: number; isDistinct: boolean },
): readonly string[] {
  const length = Math.min(nameLength, bytes / 2);
  const most = Math.max(1, Math.floor(bytes / (length + overhead)));
  return Array.from({ length: Math.min(count, most) }, (_, index) =>
    (isDistinct ? index.toString(36) : '').padStart(length, 'f'),
  );
}

function widened(
  target: string,
  place: Place,
  names: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Pick<MadeUp, 'target' | 'request'> {
  switch (place) {
    case 'fields': {
      // As text: an object has each name once.
      const rest = isObject(body) ? Object.entries(body) : [];
      const fields = [
        ...rest.map(([name, value]) => [name, value ?? null] as const),
        ...names.map((name) => [name, 0]),
      ];
      const text = fields
        .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
        .join(',');
      return { target, request: { headers, body: `{${text}}` } };
    }
    case 'members': {
      const fields = isObject(body) ? Object.keys(body) : [];
      const lists = Object.fromEntries(fields.map((name) => [name, names]));
      return { target, request: { headers, body: JSON.stringify(fields.length > 0 ? lists : names) } };
    }
    case 'nesting':
      return {
        target,
        request: { headers, body: '{"a":['.repeat(names.length) + ']}'.repeat(names.length) },
      };
    case 'form':
      return { target, request: { headers, body: names.map((name) => `${name}=`).join('&') } };
    case 'query':
      return { target: `${target}?${names.map((name) => `${name}=`).join('&')}`, request: { headers } };
    case 'headers':
      return {
        target,
        request: { headers: { ...headers, ...Object.fromEntries(names.map((name) => [`x-${name}`, '1'])) } },
      };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
