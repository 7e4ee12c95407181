import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Profile, View } from '../contract/profile.ts';
import { Empty, Ndjson, Text, textType } from '../kernel/results.ts';
import type { Route } from '../kernel/route.ts';
import type { HttpRequest } from './event.ts';
import { type Rendering, respond } from './respond.ts';

/** Makes the response of what a row's handler returned. */
export function render(
  route: Route,
  result: unknown,
  request: HttpRequest,
  rendering: Rendering,
  milliseconds: number,
): APIGatewayProxyResult {
  const { success } = route;
  const answer = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    respond(success.status, body, { ...headers, ...success.headers }, request, rendering);
  if (result instanceof Ndjson) {
    return answer(result.text, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      ...(result.nextCursor === null ? {} : { 'X-Next-Cursor': result.nextCursor }),
    });
  }
  if (result instanceof Text) return answer(result.text, { 'Content-Type': textType(success) });
  if (result instanceof Empty) return answer('');
  const meta = { requestId: request.requestId, processingTimeMs: Math.round(milliseconds) };
  const isBare = success.kind === 'raw' || route.oauth === true;
  const body = isBare
    ? result
    : rendering.profile.envelope(presented(route, result, rendering.profile), meta);
  return answer(JSON.stringify(body));
}

/** Handlers of a row with a schema return an object, which its type has made sure of. */
function presented({ id }: Route, result: unknown, profile: Profile): unknown {
  return profile.present[id]?.(result as View) ?? result;
}
