import type * as z from 'zod';
import type { HostCookie } from './host-cookie.ts';

/** Successful results of rows; `lambdas/http` makes responses of them. */

/** Lines of JSON (NDJSON), for rows that answer with more than a document. */
export class Ndjson {
  readonly lines: readonly object[];
  /** Where the next response begins; null on the last. */
  readonly nextCursor: string | null;

  constructor(lines: readonly object[], nextCursor: string | null) {
    this.lines = lines;
    this.nextCursor = nextCursor;
  }
}

/** A result that no schema describes. */
abstract class Plain<Kind extends string> {
  abstract readonly kind: Kind;
}

/** A text in the content type that the row names. */
export class Text extends Plain<'text'> {
  readonly kind = 'text';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** The headers that a file may set, besides that of its type. */
type FileHeader =
  | 'Content-Encoding'
  | 'Cache-Control'
  | 'Cross-Origin-Resource-Policy'
  | 'Access-Control-Allow-Origin';

/** The bytes of a file, with all that says what they are, who may have them, and for how long. */
export class File extends Plain<'file'> {
  readonly kind = 'file';
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<'Content-Type', string> & Partial<Record<FileHeader, string>>>;

  constructor(bytes: Uint8Array, headers: File['headers']) {
    super();
    this.bytes = bytes;
    this.headers = headers;
  }
}

/** The headers that a page may set besides those that all have. */
export type PageHeader = 'Content-Security-Policy' | 'Permissions-Policy' | 'Referrer-Policy' | 'Refresh';

/** The default policy of a page: it loads nothing, is framed by nobody and posts to us alone (CSP 3). */
const CLOSED_PAGE: Readonly<Partial<Record<PageHeader, string>>> = {
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
};

/** A page of HTML. Whoever makes it has escaped what is not its own. */
export class Html extends Plain<'html'> {
  readonly kind = 'html';
  readonly html: string;
  readonly headers: Readonly<Partial<Record<PageHeader, string>>>;

  /** `headers` replace those of a page that loads nothing and that nobody frames. Throws for a value of other than printable ASCII. */
  constructor(html: string, headers: Readonly<Partial<Record<PageHeader, string>>> = {}) {
    super();
    for (const [name, value] of Object.entries(headers)) {
      if (!/^[\x20-\x7e]+$/.test(value))
        throw new TypeError(`not a value of ${name}: ${JSON.stringify(value)}`);
    }
    this.html = html;
    this.headers = { ...CLOSED_PAGE, ...headers };
  }
}

/** The way on to another place (RFC 9110, 15.4). */
export class Redirect extends Plain<'redirect'> {
  readonly kind = 'redirect';
  readonly location: string;

  /**
   * `location` is an https URL, http on this machine (RFC 8252, 7.3), or a path of this host. Throws for anything else.
   * Whether it may be gone to, if a caller names it, must have been checked.
   */
  constructor(location: string) {
    super();
    if (!isLocation(location)) throw new TypeError(`not a place to redirect to: ${JSON.stringify(location)}`);
    this.location = location;
  }
}

/** RFC 3986, 2: what a URL is written with. No blank, quotation mark or backslash, and nothing that ends a header. */
const URL_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

function isLocation(text: string): boolean {
  if (!URL_CHARACTERS.test(text)) return false;
  // Two slashes at the beginning name another host (RFC 3986, 4.2).
  if (text.startsWith('/')) return !text.startsWith('//');
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.includes(url.hostname));
}

/** Nothing: a 204 (RFC 9110, 15.3.5). */
export class Empty extends Plain<'empty'> {
  readonly kind = 'empty';
}

/** A result that sets cookies besides. */
export class WithCookies<const out Result> {
  readonly result: Result;
  readonly cookies: readonly HostCookie[];

  constructor(result: Result, ...cookies: readonly HostCookie[]) {
    this.result = result;
    this.cookies = cookies;
  }
}

/** The result of a handler for each kind of success; `View` is that of the row's schema. */
interface Results<View> {
  /** JSON, as the profile presents it and in its envelope. */
  readonly json: Sent<View>;
  /** JSON as it is: a document that a standard or a tool defines. */
  readonly raw: Sent<View>;
  /** Lines of JSON; the schema is that of a line. */
  readonly ndjson: Ndjson;
  /** JSON, or its parts as lines when they are asked for. */
  readonly 'json or ndjson': Sent<View> | Ndjson;
  readonly text: Text;
  readonly file: File;
  readonly html: Html;
  readonly redirect: Redirect;
  readonly empty: Empty;
}

export type ResultKind = keyof Results<unknown>;

/** The kinds that a schema describes, and the others. */
type StructuredKind = 'json' | 'raw' | 'ndjson' | 'json or ndjson';
export type PlainKind = Exclude<ResultKind, StructuredKind>;

/** A value as it is sent: its parts may be read-only. */
export type Sent<Value> = Value extends object ? { readonly [Key in keyof Value]: Sent<Value[Key]> } : Value;

/** The result of a handler where any of the kinds will do. */
export type Answer<View, Kind extends ResultKind> = Results<View>[Kind] | WithCookies<Results<View>[Kind]>;

/** The kind of a result that no schema describes; undefined for any other. */
export function plainKind(result: unknown): PlainKind | undefined {
  return isPlain(result) ? result.kind : undefined;
}

function isPlain(result: unknown): result is Results<unknown>[PlainKind] {
  return result instanceof Plain;
}

interface Statuses extends Record<ResultKind, number> {
  readonly json: 200 | 201 | 202;
  readonly raw: 200;
  readonly ndjson: 200;
  readonly 'json or ndjson': 200;
  readonly text: 200;
  readonly file: 200;
  readonly html: 200;
  readonly redirect: 302 | 303;
  readonly empty: 204;
}

interface SuccessBase<Kind extends ResultKind> {
  readonly status: Statuses[Kind];
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The names of the cookies that it may set, for the document. */
  readonly setsCookies?: readonly string[];
}

/** A success that a schema describes. */
interface StructuredSuccess<Schema extends z.ZodType, Kind extends StructuredKind> extends SuccessBase<Kind> {
  /** @default json */
  readonly kind?: Kind;
  readonly schema: Schema;
  /** Of a line, where both JSON and lines are sent. */
  readonly line?: z.ZodType;
}

/** A success that no schema describes. */
export interface PlainSuccess<Kind extends PlainKind = PlainKind> extends SuccessBase<Kind> {
  readonly kind: Kind;
  /** Of a text, or of a file in the document. @default text/plain; charset=utf-8 */
  readonly contentType?: string;
}

/** The success of a row, by its kind. */
export type Success<Schema extends z.ZodType = z.ZodType, Kind extends ResultKind = ResultKind> =
  | StructuredSuccess<Schema, Kind & StructuredKind>
  | PlainSuccess<Kind & PlainKind>;
