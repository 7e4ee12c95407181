/** An OpenAPI document as a judge of responses. */
import { z } from 'zod';
import { covers } from '../../lambdas/kernel/api-rows.ts';
import { dereferenced } from './dereferenced.ts';
import type { HttpResponse } from './http.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, and the schemas in it, as JSON
export type Json = any;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  /** The statuses that the document allows. */
  readonly statuses: ReadonlySet<number>;
  readonly body: Json | undefined;
  readonly takesForm: boolean;
  /** The body is lines of its schema. */
  readonly takesLines: boolean;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries((dereferenced(document) as Json).paths).flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, Json>).map(([method, operation]) => {
      const content = operation.requestBody?.content ?? {};
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        isPublic: operation.security?.length === 0,
        statuses: new Set(Object.keys(operation.responses).map(Number)),
        body: content['application/json']?.schema ?? lineOf(content['application/x-ndjson']?.schema),
        takesLines: 'application/x-ndjson' in content,
        takesForm: 'application/x-www-form-urlencoded' in content,
        parameters: operation.parameters ?? [],
      };
    }),
  );
}

/** What of a response is judged. */
export type Judged = Pick<HttpResponse, 'status' | 'headers' | 'text'>;

/** What is wrong with the answer to `METHOD /path?query`; undefined when nothing is, or no operation of the document is meant. */
export type Judge = (target: string, response: Judged) => string | undefined;

/** Judges responses by a document: a success must be one of its operation's, and every body fit its schema. */
export function judgeOf(written: Json): Judge {
  const document: Json = dereferenced(written);
  const checks = new Map<Json, z.ZodType>();
  const check = (schema: Json): z.ZodType => {
    const known = checks.get(schema) ?? z.fromJSONSchema(schema);
    checks.set(schema, known);
    return known;
  };
  return (target, { status, headers, text }) => {
    const [method = '', path = ''] = target.split(' ', 2);
    // The one answer that nobody can give the profile's shape (API Gateway, "Known issues").
    if (headers['x-amzn-errortype'] === 'RequestTooLargeException') return undefined;
    const operation = operationAt(document, method, path.split('?', 1)[0] ?? '');
    if (operation === undefined) return undefined;
    const where = `${operation.operationId} (${target}, ${status})`;
    const response = operation.responses[status];
    // Errors of what stands before the operation are everywhere; what they are, their own tests say.
    if (response === undefined) return status < 400 ? `${where}: the document has no such answer` : undefined;
    if (method === 'HEAD') return text === '' ? undefined : `${where}: HEAD has no content`;
    for (const [name, { required }] of Object.entries<Json>(response.headers ?? {})) {
      if (required === true && !(name.toLowerCase() in headers)) return `${where}: no header ${name}`;
    }
    if (response.content === undefined) return text === '' ? undefined : `${where}: no content is documented`;
    const type = headers['content-type']?.split(';', 1)[0] ?? 'no type';
    const content = response.content[type];
    if (content === undefined) return `${where}: ${type} is not documented`;
    const issues = valuesOf(type, text).flatMap(
      (value) => check(lineOf(content.schema)).safeParse(value).error?.issues ?? [],
    );
    return issues.length === 0 ? undefined : `${where}: ${JSON.stringify(issues)} in ${text}`;
  };
}

/** The values that a body of a type holds. Throws where it holds none. */
function valuesOf(type: string, text: string): unknown[] {
  if (type === 'application/json') return [JSON.parse(text)];
  if (type !== 'application/x-ndjson') return [text];
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

/** The operation that a path means: the one that names most of its segments. HEAD is as GET. */
function operationAt(document: Json, method: string, path: string): Json {
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const [found] = Object.keys(document.paths)
    .filter((template) => verb in document.paths[template] && covers(template, path))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  return found === undefined ? undefined : document.paths[found][verb];
}

/** The schema of a line, where a text is lines (JSON Schema, 8.5); any other schema as it is. */
function lineOf(schema: Json): Json {
  return schema?.contentSchema?.items ?? schema;
}
