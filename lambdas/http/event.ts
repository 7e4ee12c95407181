import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Sampling } from '../contract/deployment.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import { traceId } from './request-id.ts';
import { type RequestTrace, requestTrace } from './trace.ts';

/** A request as it reaches a function, before anything in it is believed. */
export interface HttpRequest {
  readonly method: string;
  /** The resource's path as the API declares it. */
  readonly resource: string;
  /** As it was called: without the stage, with a trailing slash, undecoded. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: HeaderValues;
  readonly body: Buffer;
  /** Under which the request is traced: the caller's own where there is one, else API Gateway's. */
  readonly requestId: string;
  /** API Gateway's, which nobody chooses. */
  readonly gatewayRequestId: string;
  readonly address: string;
  /** The host that was called, with its port where there is one. API Gateway answers for its own only. */
  readonly host: string;
  /** The stage in front of the path, as in `/live`; empty on a domain. */
  readonly prefix: string;
  /** The version of HTTP of the call, such as `1.1`. */
  readonly httpVersion: string;
  readonly trace: RequestTrace;
  readonly context: Readonly<Record<string, unknown>> | null;
}

/** Reads API Gateway's event. `sampling`: null where the deployment takes no part in traces. */
export function readEvent(event: APIGatewayProxyEvent, sampling: Sampling | null = null): HttpRequest {
  const headers = event.multiValueHeaders ?? {};
  const { domainName = '', stage, path, protocol = '', authorizer: context = null } = event.requestContext;
  const gatewayRequestId = event.requestContext.extendedRequestId ?? event.requestContext.requestId;
  return {
    method: event.httpMethod,
    resource: event.resource,
    path: event.path,
    params: definedValues(event.pathParameters),
    query: definedValues(event.multiValueQueryStringParameters),
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    requestId: traceId(headers, gatewayRequestId),
    gatewayRequestId,
    address: event.requestContext.identity.sourceIp,
    host: domainName,
    prefix: path === `/${stage}${event.path}` ? `/${stage}` : '',
    httpVersion: protocol.replace(/^HTTP\//i, '') || '1.1',
    trace: requestTrace(headers, gatewayRequestId, sampling),
    context,
  };
}

function definedValues<T>(values: Readonly<Record<string, T | undefined>> | null): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

/** `Accept-Language` as it came; empty without. */
export function acceptLanguage({ headers }: Pick<HttpRequest, 'headers'>): string {
  return headerValues(headers, 'accept-language').join(', ');
}

/** Segments of `pchar`s (RFC 3986, 3.3) but for `;`, which begins parameters that servlet containers cut off. */
const PATH = /^(?:\/(?:[\w.~!$&'()*+,=:@-]|%[\da-f]{2})*)+$/i;

/** Escapes of unreserved characters: some readers decode them, and so read another path (RFC 3986, 6.2.2.2). */
const NEEDLESS_ESCAPE = /%(?:2[de]|5f|3\d|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i;

/**
 * No decoded segment holds what would make a reader that decodes first see another path, or is or ends in dots or a
 * blank, which some resolve and others trim.
 */
const MISREAD = /[/\\%;?#\p{Cc}]|[. ]$/u;

/** Refuses paths that two servers may read as two different ones: what is checked is what the upstream sees. */
export function requireUnambiguousPath(path: string): void {
  const segments = path.slice(1).split('/');
  // A slash at the end makes the one segment that may be empty.
  const areNamed = segments.every((segment, index) => segment !== '' || index === segments.length - 1);
  if (PATH.test(path) && !NEEDLESS_ESCAPE.test(path) && areNamed && segments.every(isReadAlike)) return;
  throw new Problem('malformed_request', {
    message:
      'The path must be of characters that RFC 3986 lets stand in one, and of escapes of UTF-8 that need to be; ' +
      'not of encoded slashes, empty segments, ";", or segments that end in a dot or blank.',
  });
}

function isReadAlike(segment: string): boolean {
  try {
    return !MISREAD.test(decodeURIComponent(segment));
  } catch {
    // Escapes that are no UTF-8.
    return false;
  }
}
