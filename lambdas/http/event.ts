import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { HeaderValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import { traceId } from './request-id.ts';

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
  readonly context: Readonly<Record<string, unknown>> | null;
}

/** Reads API Gateway's event. */
export function readEvent(event: APIGatewayProxyEvent): HttpRequest {
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
    context,
  };
}

function definedValues<T>(values: Readonly<Record<string, T | undefined>> | null): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

/** Paths that two servers may read as two different ones; each line is one kind. */
const AMBIGUOUS = [
  // An encoded slash, backslash or percent sign (what is encoded twice), and empty segments.
  /%2f|%5c|%25|\\|\/\//i,
  // Dot segments (RFC 3986, 5.2.4).
  /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i,
  // Path parameters, which servlet containers cut off, and blanks that others trim.
  /;|%3b|%20(?:\/|$)/i,
  // Encoded letters, digits, hyphens, dots and underscores: normalised by some (RFC 3986, 6.2.2.2), and so another route.
  /%(?:2[de]|5f|3\d|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i,
  // Control characters, and what RFC 3986 lets stand in no path: a client has to encode it.
  /[\u0000-\u0020\u007f"#<>^`{|}]|%[01][0-9a-f]|%7f/i,
];

/** Refuses paths that two servers may read as two different ones: what is checked is what the upstream sees. */
export function requireUnambiguousPath(path: string): void {
  if (AMBIGUOUS.some((kind) => kind.test(path))) {
    throw new Problem('malformed_request', {
      message:
        'The path must not have encoded slashes, letters or digits, empty or dot segments, ";" or characters ' +
        'that a path cannot hold.',
    });
  }
}
