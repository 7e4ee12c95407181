import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type ApiRow, apiRows } from '../kernel/api-rows.ts';
import type { Caller } from '../kernel/caller.ts';
import { type Credential, readCredential } from '../kernel/credential.ts';
import { headerValues } from '../kernel/headers.ts';
import { Ndjson } from '../kernel/ndjson.ts';
import { Problem } from '../kernel/problem.ts';
import type { RawBody, Route } from '../kernel/route.ts';
import { namedWorkspaces } from '../tenancy/workspace-choice.ts';
import { readBody } from './body.ts';
import { type HttpRequest, readEvent, requireUnambiguousPath } from './event.ts';
import { inWrittenNames } from './field-names.ts';
import { callerOf } from './identity.ts';
import { logRequest } from './log.ts';
import { type Rendering, respond, respondProblem } from './respond.ts';
import { validate } from './validate.ts';

type LambdaHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Answers one kind of request; what it throws becomes a response in {@link answering}. */
export type Answer = (request: HttpRequest) => Promise<{
  readonly result: APIGatewayProxyResult;
  readonly route: string;
  readonly caller?: Caller;
}>;

/** A Lambda handler around an answer: refuses ambiguous paths, renders errors, writes the request's line. */
export function answering(
  answer: Answer,
  rendering: Rendering,
  routeOf: (request: HttpRequest) => Route | undefined = () => undefined,
): LambdaHandler {
  return async (event) => {
    const started = performance.now();
    const request = readEvent(event);
    const route = routeOf(request);
    const line = {
      requestId: request.requestId,
      route: `${request.method} ${request.resource}`,
      operation: route?.id,
    };
    try {
      requireUnambiguousPath(request.path);
      const { result, ...known } = await answer(request);
      logRequest({ ...line, ...known, status: result.statusCode, milliseconds: performance.now() - started });
      return result;
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      const { status, cause } = problem;
      logRequest({
        ...line,
        status,
        milliseconds: performance.now() - started,
        ...(cause === undefined ? {} : { cause }),
      });
      return respondProblem(problem, request, rendering, route?.oauth);
    }
  };
}

/** A Lambda handler that serves rows of the route table; whatever no row matches is the profile's 404. */
export function serve<Services>(
  routes: readonly Route[],
  services: Services,
  rendering: Rendering,
): LambdaHandler {
  const rows = new Map(
    apiRows(routes, rendering.profile).map((row): [string, ApiRow] => [`${row.method} ${row.path}`, row]),
  );
  const rowOf = (request: HttpRequest) => rows.get(`${request.method} ${request.resource}`);
  const routeOf = (request: HttpRequest) => {
    const row = rowOf(request);
    return row?.kind === 'route' ? row.route : undefined;
  };
  return answering(
    async (request) => {
      const row = rowOf(request);
      if (row?.kind !== 'route') throw new Problem('not_found');
      const caller = row.access.kind === 'public' ? undefined : callerOf(request.context);
      const result = await serveRoute(row.route, request, caller, services, rendering);
      return { result, route: row.route.id, ...(caller === undefined ? {} : { caller }) };
    },
    rendering,
    routeOf,
  );
}

const NOT_ASKED: Credential = { kind: 'none' };

async function serveRoute(
  route: Route,
  request: HttpRequest,
  caller: Caller | undefined,
  services: unknown,
  rendering: Rendering,
): Promise<APIGatewayProxyResult> {
  const started = performance.now();
  const { profile } = rendering;
  const aliases = profile.requestFields;
  const written = {
    body: route.body && readBody(request, route.takesForm ?? false),
    query: route.query && singleValues(request.query),
  };
  const input = {
    body: route.body && validate(route.body, written.body, aliases),
    query: route.query && validate(route.query, written.query, aliases),
    raw: rawBody(request, route.lines?.maxBytes),
    params: request.params,
    path: request.path,
    origin: { address: request.address, requestId: request.requestId },
    // The authorizer has let in one that is the caller's, or none.
    workspaceId: caller && namedWorkspaces(request.headers)[0],
    credential: route.takesCredential ? readCredential(request.headers, profile.credentials) : NOT_ASKED,
  };
  const view = await route.handle(input, services, caller).catch((error: unknown) => {
    throw inWrittenNames(error, Object.assign({}, written.query, written.body), aliases);
  });
  const { status, text, raw, headers = {} } = route.success;
  if (view instanceof Ndjson) {
    const ndjson: Record<string, string> = { 'Content-Type': 'application/x-ndjson; charset=utf-8' };
    if (view.nextCursor !== null) ndjson['X-Next-Cursor'] = view.nextCursor;
    return respond(status, view.text, ndjson, request, rendering);
  }
  if (text !== undefined) {
    return respond(status, String(view.text), { 'Content-Type': text, ...headers }, request, rendering);
  }
  const presented = profile.present[route.id]?.(view) ?? view;
  const meta = { requestId: request.requestId, processingTimeMs: Math.round(performance.now() - started) };
  const body = raw || route.oauth ? view : profile.envelope(presented, meta);
  return respond(status, JSON.stringify(body), headers, request, rendering);
}

/** The body as it came; empty where the row takes fields. */
function rawBody(request: HttpRequest, maxBytes = 0): RawBody {
  const { body, headers } = request;
  if (maxBytes > 0 && body.length > maxBytes) {
    throw new Problem('payload_too_large', { message: `The body must have at most ${maxBytes} bytes.` });
  }
  const [encoding = ''] = headerValues(headers, 'content-encoding');
  return { bytes: maxBytes > 0 ? body : Buffer.alloc(0), encoding: encoding.trim().toLowerCase() };
}

/** A query parameter that comes twice would be read differently by two readers, so it is an error. */
function singleValues(query: HttpRequest['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, [value = '', ...more]]) => {
      if (more.length > 0)
        throw new Problem('malformed_request', { message: `A query parameter comes twice.` });
      return [name, value];
    }),
  );
}
