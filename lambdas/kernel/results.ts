import type * as z from 'zod';

/** What rows answer when all is well; `lambdas/http` makes responses of it. */

/** Lines of JSON (NDJSON), for rows that answer with more than a document. */
export class Ndjson {
  readonly lines: readonly object[];
  /** Where the next response begins; null on the last. */
  readonly nextCursor: string | null;

  constructor(lines: readonly object[], nextCursor: string | null) {
    this.lines = lines;
    this.nextCursor = nextCursor;
  }

  get text(): string {
    return this.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

/** A text in the content type that the row names. */
export class Text {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Nothing: a 204 (RFC 9110, 15.3.5). */
export class Empty {
  // A type of its own, which no other object is by chance.
  readonly isEmpty = true;
}

/** What a handler returns for each kind of success; `View` is what the row's schema gives. */
export interface Results<View> {
  /** JSON, as the profile presents it and in its envelope. */
  readonly json: Sent<View>;
  /** JSON as it is: a document that a standard or a tool defines. */
  readonly raw: Sent<View>;
  /** Lines of JSON; the schema is that of a line. */
  readonly ndjson: Ndjson;
  /** JSON, or its parts as lines when they are asked for. */
  readonly 'json or ndjson': Sent<View> | Ndjson;
  readonly text: Text;
  readonly empty: Empty;
}

export type ResultKind = keyof Results<unknown>;

/** The kinds that a schema describes, and the others. */
type StructuredKind = 'json' | 'raw' | 'ndjson' | 'json or ndjson';
type PlainKind = Exclude<ResultKind, StructuredKind>;

interface Statuses extends Record<ResultKind, number> {
  readonly json: 200 | 201;
  readonly raw: 200;
  readonly ndjson: 200;
  readonly 'json or ndjson': 200;
  readonly text: 200;
  readonly empty: 204;
}

interface SuccessBase<Kind extends ResultKind> {
  readonly status: Statuses[Kind];
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The success of a row, by its kind. */
export type Success<Schema extends z.ZodType = z.ZodType, Kind extends ResultKind = ResultKind> =
  | (SuccessBase<Kind & StructuredKind> & {
      /** @default json */
      readonly kind?: Kind & StructuredKind;
      readonly schema: Schema;
    })
  | (SuccessBase<Kind & PlainKind> & {
      readonly kind: Kind & PlainKind;
      /** Of a text. @default text/plain; charset=utf-8 */
      readonly contentType?: string;
    });

/** The media type of a text, with its parameters. */
export function textType(success: Success): string {
  return ('contentType' in success ? success.contentType : undefined) ?? 'text/plain; charset=utf-8';
}

/** A value as it is sent: its parts may be read-only. */
export type Sent<Value> = Value extends object ? { readonly [Key in keyof Value]: Sent<Value[Key]> } : Value;
