import { headerValues } from '../kernel/headers.ts';
import { parseJson, printable } from '../kernel/json.ts';
import { Problem } from '../kernel/problem.ts';
import type { HttpRequest } from './event.ts';

/** Bytes of a body that our own routes take; the largest has a name, metadata and twenty address blocks. */
const MAX_BODY_BYTES = 65_536;
/** Members of a JSON body at any depth, fields of a form or parameters of a query: more than any row takes. */
const MAX_FIELDS = 250;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * The fields of a body, unchecked. JSON is taken whatever the type says, as `curl -d` calls it a form; a form only
 * where the route takes one. No body is no fields, so that what is missing is named by the schema.
 */
export function readBody(request: HttpRequest, takesForm: boolean, maxBytes = MAX_BODY_BYTES): unknown {
  if (request.body.length > maxBytes) {
    throw new Problem('payload_too_large', {
      message: `The body must have at most ${maxBytes} bytes.`,
    });
  }
  requirePlain(request);
  const text = decode(request.body);
  if (text.trim() === '') return {};
  const type = mediaType(request);
  if (type === FORM_TYPE && takesForm && !text.trimStart().startsWith('{')) return readForm(text);
  if (type !== '' && type !== FORM_TYPE && !JSON_TYPE.test(type)) {
    throw new Problem('unsupported_media_type', {
      message: `Content-Type must be application/json${takesForm ? ` or ${FORM_TYPE}` : ''}.`,
    });
  }
  try {
    return parseJson(text, atMostFields());
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('malformed_request', { message: 'The body is not valid JSON.' });
  }
}

/** What every gzip file begins with (RFC 1952, 2.3.1). */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Refuses a packed body, whether it says so or not: it would be no UTF-8 to whoever packed it. */
function requirePlain({ body, headers }: HttpRequest): void {
  const codings = headerValues(headers, 'content-encoding').map((value) => value.trim().toLowerCase());
  const isCoded = codings.some((coding) => coding !== '' && coding !== 'identity');
  if (body.length > 0 && (isCoded || body.subarray(0, 2).equals(GZIP))) {
    throw new Problem('unsupported_media_type', {
      message: 'The body must not be compressed: send it without Content-Encoding.',
      acceptEncoding: 'identity',
    });
  }
}

/** Counts members, and throws for one too many. */
function atMostFields(): () => void {
  let members = 0;
  return () => {
    members += 1;
    if (members > MAX_FIELDS) throw tooManyFields();
  };
}

/** Refuses a query with more parameters than any row takes. Throws `malformed_request`. */
export function requireFewParameters(query: HttpRequest['query']): void {
  if (Object.keys(query).length > MAX_FIELDS) throw tooManyFields();
}

function tooManyFields(): Problem {
  return new Problem('malformed_request', { message: `The request must have at most ${MAX_FIELDS} fields.` });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('malformed_request', { message: 'The body is not valid UTF-8.' });
  }
}

function mediaType(request: HttpRequest): string {
  const [type = ''] = headerValues(request.headers, 'content-type');
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/**
 * As RFC 6749, 3.2 has it: a field without a value is as good as none, as OAuth tools send all that they know. One that
 * comes twice would be read differently by two readers, so it is an error.
 */
function readForm(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.size === MAX_FIELDS) throw tooManyFields();
    if (fields.has(name))
      throw new Problem('malformed_request', { message: `The field ${printable(name)} comes twice.` });
    fields.set(name, value);
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}
