import type { APIGatewayProxyResult } from 'aws-lambda';
import type { View } from '../contract/profile.ts';
import {
  Empty,
  File,
  Html,
  Ndjson,
  plainKind,
  Redirect,
  type Success,
  Text,
  WithCookies,
} from '../kernel/results.ts';
import type { Route } from '../kernel/route.ts';
import type { HttpRequest } from './event.ts';
import { type Rendering, respond } from './respond.ts';

/** A body with the headers that say what it is. */
interface Content {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request that a result answers, and how it is rendered. */
interface Exchange {
  readonly request: HttpRequest;
  readonly rendering: Rendering;
  /** For how long the row's handler worked. */
  readonly milliseconds: number;
}

/** Makes the response of the result that a row's handler returned. */
export function render(route: Route, returned: unknown, exchange: Exchange): APIGatewayProxyResult {
  const { request, rendering } = exchange;
  const { result, cookies } = returned instanceof WithCookies ? returned : { result: returned, cookies: [] };
  const success = successOf(route, result);
  const { body, headers } = contentOf(result, success) ?? document(route, result, exchange);
  return respond(
    {
      status: success.status,
      body,
      headers: { ...headers, ...success.headers },
      cookies,
      isPage: route.page,
    },
    request,
    rendering,
  );
}

/** The row's description of a result: its success, unless the result is of the kind of one of its alternatives. */
function successOf({ success, alternatives = [] }: Route, result: unknown): Success {
  return alternatives.find(({ kind }) => kind === plainKind(result)) ?? success;
}

/** The response of a result of a kind of its own; undefined for one that is sent as JSON. */
function contentOf(result: unknown, success: Success): Content | undefined {
  if (result instanceof Ndjson) {
    const { lines, nextCursor } = result;
    return {
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      headers: {
        'Content-Type': 'application/x-ndjson; charset=utf-8',
        ...(nextCursor === null ? {} : { 'X-Next-Cursor': nextCursor }),
      },
    };
  }
  if (result instanceof Text) return { body: result.text, headers: { 'Content-Type': mediaTypeOf(success) } };
  if (result instanceof Html) {
    return { body: result.html, headers: { 'Content-Type': mediaTypeOf(success), ...result.headers } };
  }
  if (result instanceof File) return { body: result.bytes, headers: result.headers };
  if (result instanceof Redirect) return { body: '', headers: { Location: result.location } };
  if (result instanceof Empty) return { body: '' };
  return undefined;
}

/** The media type of a text or a page, with its parameters. */
export function mediaTypeOf({ kind, ...success }: Success): string {
  if (kind === 'html') return 'text/html; charset=utf-8';
  return ('contentType' in success ? success.contentType : undefined) ?? 'text/plain; charset=utf-8';
}

/** JSON: in the profile's presentation and envelope, but for what a standard or a tool defines. */
function document(
  { id, success, oauth }: Route,
  result: unknown,
  { request: { requestId }, rendering: { profile }, milliseconds }: Exchange,
): Content {
  if (success.kind === 'raw' || oauth !== undefined) return { body: JSON.stringify(result) };
  // A row with a schema answers with an object: its type says so.
  const presented = profile.present[id]?.(result as View) ?? result;
  const meta = { requestId, processingTimeMs: Math.round(milliseconds) };
  return { body: JSON.stringify(profile.envelope(presented, meta)) };
}
