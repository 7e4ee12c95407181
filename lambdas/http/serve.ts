import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { idempotencyKey, once } from '../idempotency/idempotency.ts';
import { type ApiRow, apiRows, type OwnRow, withoutTrailingSlash } from '../kernel/api-rows.ts';
import { readBasic } from '../kernel/basic-credentials.ts';
import type { Caller } from '../kernel/caller.ts';
import type { ClaimServices } from '../kernel/claim.ts';
import { type Credential, readCredential } from '../kernel/credential.ts';
import { headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import type { Incoming, Origin, RawBody, Route, RouteGroup, Row } from '../kernel/route.ts';
import { namedWorkspaces } from '../tenancy/workspace-choice.ts';
import { readBody, requireFewParameters } from './body.ts';
import { cookieSuffix, namedCookies } from './cookies.ts';
import { acceptLanguage, type HttpRequest, readEvent, requireUnambiguousPath } from './event.ts';
import { inWrittenNames } from './field-names.ts';
import { callerOf } from './identity.ts';
import { logRequest } from './log.ts';
import { publicAddress } from './public-address.ts';
import { render } from './render.ts';
import { askedRendering } from './representation.ts';
import { type Rendering, respond, respondProblem } from './respond.ts';
import { requireSameOrigin } from './same-origin.ts';
import { endSpan } from './trace.ts';
import type { Unmatched } from './unmatched.ts';
import { validate } from './validate.ts';

type LambdaHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Answers one kind of request; what it throws becomes a response in {@link answering}. */
export type Answer = (
  request: HttpRequest,
  /** As the request asks for it. */
  rendering: Rendering,
) => Promise<{
  readonly result: APIGatewayProxyResult;
  readonly route: string;
  readonly caller?: Caller | undefined;
}>;

/** A Lambda handler around an answer: refuses ambiguous paths, renders errors, writes the request's line. */
export function answering(
  answer: Answer,
  rendered: Rendering,
  rowOf: (request: HttpRequest) => Pick<OwnRow, 'path' | 'route'> | undefined = () => undefined,
): LambdaHandler {
  return async (event) => {
    const started = performance.now();
    const request = readEvent(event, rendered.deployment);
    const rendering = askedRendering(request, rendered);
    const row = rowOf(request);
    const resource = row?.path ?? request.resource;
    const line = {
      requestId: request.requestId,
      gatewayRequestId: request.gatewayRequestId,
      traceId: request.trace.traceId,
      route: `${request.method} ${resource}`,
      operation: row?.route.id,
    };
    try {
      requireUnambiguousPath(request.path);
      const { result, ...known } = await answer(request, rendering);
      logRequest({ ...line, ...known, status: result.statusCode, milliseconds: performance.now() - started });
      await endSpan({ ...request, resource }, result.statusCode, started);
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
      await endSpan({ ...request, resource }, status, started);
      return respondProblem(problem, request, rendering, row?.route);
    }
  };
}

export interface ServeOptions {
  /** The path that browsers are led to that ask for the root. @default - none */
  readonly front?: string;
  /** The error of what no row matches. @default - the profile's 404 */
  readonly unmatched?: Unmatched;
  /**
   * Counts the errors of public rows that say `rate_limited`, by source address, and gives the one to answer with.
   * @default - none is counted
   */
  readonly countErrors?: (error: unknown, address: string) => Promise<unknown>;
}

/** A Lambda handler that serves a group of the route table. */
export function serve<Services>(
  { rows: served }: RouteGroup<Services>,
  services: NoInfer<Services>,
  rendered: Rendering,
  { front, unmatched = () => new Problem('not_found'), countErrors }: ServeOptions = {},
): LambdaHandler {
  const rows = new Map(
    apiRows(served, rendered.profile).map((row): [string, ApiRow<Row<Services>>] => [
      `${row.method} ${row.path}`,
      row,
    ]),
  );
  const rowOf = ({ method, resource, path }: HttpRequest) => {
    const isCaught = resource === '/' || resource.endsWith('/{proxy+}');
    const row = rows.get(`${method} ${isCaught ? withoutTrailingSlash(path) : resource}`);
    return row?.kind === 'route' || row?.kind === 'head' ? row : undefined;
  };
  return answering(
    async (request, rendering) => {
      const row = rowOf(request);
      if (front !== undefined && isBrowserAtRoot(request))
        return {
          result: respond(
            { status: 303, body: '', headers: { Location: front, Vary: 'Accept' } },
            request,
            rendering,
          ),
          route: 'root',
        };
      if (row === undefined) throw unmatched(request);
      const elsewhere = row.route.page && publicAddress(request, rendering.pages);
      if (elsewhere !== undefined) {
        const result = respond(
          { status: 302, body: '', headers: { Location: elsewhere }, isPage: true },
          request,
          rendering,
        );
        return { result, route: row.route.id };
      }
      if (row.route.sameOrigin) requireSameOrigin(request, rendering.pages);
      const caller = row.access.kind === 'public' ? undefined : callerOf(request.context);
      // The authorizer has refused it already.
      if (caller?.embed !== undefined && !row.route.takesEmbedTokens) throw new Problem('invalid_credential');
      const served = serveRow(row.route, { request, caller }, services, rendering);
      const result = await (countErrors !== undefined && isLimited(row.route)
        ? served.catch(async (error) => Promise.reject(await countErrors(error, request.address)))
        : served);
      return { result, route: row.route.id, ...(caller === undefined ? {} : { caller }) };
    },
    rendered,
    rowOf,
  );
}

/** Whether it asks for the root, and for a page by name: programs that take anything are told that nothing is there. */
function isBrowserAtRoot({ method, path, headers }: HttpRequest): boolean {
  const accepted = headerValues(headers, 'accept').join(',').toLowerCase();
  return (method === 'GET' || method === 'HEAD') && path === '/' && accepted.includes('text/html');
}

function isLimited({ access, errors }: Route): boolean {
  return access.kind === 'public' && errors.includes('rate_limited');
}

const NOT_ASKED: Credential = { kind: 'none' };

async function serveRow<Services>(
  row: Row<Services>,
  { request, caller }: { readonly request: HttpRequest; readonly caller: Caller | undefined },
  services: Services,
  rendering: Rendering,
): Promise<APIGatewayProxyResult> {
  const started = performance.now();
  const { profile, pages } = rendering;
  const aliases = profile.requestFields;
  const defaults = profile.requestDefaults?.[row.id];
  // Read when the row asks for it: who may not know the row is not told what is wrong with either.
  const written: { body?: unknown; query?: unknown } = {};
  const incoming: Incoming = {
    body: (schema) => {
      written.body = readBody(request, row.takesForm ?? false, row.maxBytes);
      return validate(schema, written.body, aliases, defaults);
    },
    query: (schema) => {
      written.query = singleValues(request.query);
      return validate(schema, written.query, aliases);
    },
    cookies: (names) => namedCookies(request.headers, names, pages && cookieSuffix(pages.url)),
    once: (fingerprint, work) => {
      const key = idempotencyKey(request.headers);
      if (key === undefined || caller === undefined) return work(undefined);
      return once(
        { key, caller, request: distinctive(row, request) },
        { ...claimsOf(services), fingerprint },
        work,
      );
    },
    raw: rawBody(request, row.lines?.maxBytes),
    params: request.params,
    path: request.path,
    origin: originOf(request),
    acceptLanguage: acceptLanguage(request),
    acceptEncoding: headerValues(request.headers, 'accept-encoding').join(', '),
    // The authorizer has let in one that is the caller's, or none.
    workspaceId: caller && namedWorkspaces(request.headers)[0],
    basic: row.takesClient ? readBasic(request.headers) : undefined,
    credential: row.takesCredential ? readCredential(request.headers, profile.credentials) : NOT_ASKED,
  };
  const result = await row.handle(incoming, services, caller).catch((error: unknown) => {
    throw inWrittenNames(error, Object.assign({}, written.query, written.body), aliases);
  });
  return render(row, result, { request, rendering, milliseconds: performance.now() - started });
}

/** All that makes a request another one. */
function distinctive({ id }: Route, { params, query, headers, body }: HttpRequest): Buffer {
  const about = JSON.stringify([id, params, query, namedWorkspaces(headers)]);
  return Buffer.concat([Buffer.from(`${about}\n`), body]);
}

/** The types of rows say that who honours idempotency keys is given these. */
function claimsOf(services: unknown): ClaimServices {
  return services as ClaimServices;
}

/** The origin of a request: our id, and the caller's beside it where they have named one. */
function originOf({ address, requestId, gatewayRequestId, headers }: HttpRequest): Origin {
  const isOurs = requestId === gatewayRequestId;
  const userAgent = printable(headerValues(headers, 'user-agent')[0] ?? '').slice(0, USER_AGENT_LENGTH);
  return {
    address,
    requestId: gatewayRequestId,
    ...(isOurs ? {} : { callerRequestId: requestId }),
    ...(userAgent === '' ? {} : { userAgent }),
  };
}

/** Characters that are kept of a `User-Agent`: browsers send fewer. */
const USER_AGENT_LENGTH = 256;

/** A text without what is not printable ASCII. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').trim();
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
  requireFewParameters(query);
  return Object.fromEntries(
    Object.entries(query).map(([name, [value = '', ...more]]) => {
      if (more.length > 0)
        throw new Problem('malformed_request', { message: `A query parameter comes twice.` });
      return [name, value];
    }),
  );
}
