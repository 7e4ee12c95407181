import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Deployment } from '../contract/deployment.ts';
import { belowBasePath, type Place } from '../kernel/base-path.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import { isUnambiguousPath, UNAMBIGUOUS_PATH } from '../kernel/unambiguous-path.ts';
import { requestIdOf } from './request-id.ts';
import { type RequestTrace, requestTrace } from './trace.ts';
import { rowOfWellKnown } from './well-known.ts';

/** A request as it reaches a function, before anything in it is believed. */
export interface HttpRequest {
  readonly method: string;
  /** The resource's path as the API declares it. */
  readonly resource: string;
  /** As it was called: without the stage or base path, with a trailing slash, undecoded. */
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
  /** What stands in front of the path: the stage, as in `/live`, or the base path of a domain; empty at a domain's root. */
  readonly prefix: string;
  /** The version of HTTP of the call, such as `1.1`. */
  readonly httpVersion: string;
  readonly trace: RequestTrace;
  readonly context: Readonly<Record<string, unknown>> | null;
}

/** Reads API Gateway's event. */
export function readEvent(
  event: APIGatewayProxyEvent,
  { traces, basePath }: Pick<Deployment, 'traces' | 'basePath'>,
): HttpRequest {
  const headers = event.multiValueHeaders ?? {};
  const { domainName = '', stage, path, protocol = '', authorizer: context = null } = event.requestContext;
  const hasStage = path === `/${stage}${event.path}`;
  const gatewayRequestId = event.requestContext.extendedRequestId ?? event.requestContext.requestId;
  return {
    method: event.httpMethod,
    ...(hasStage
      ? { resource: event.resource, path: event.path, prefix: `/${stage}` }
      : onDomain(event, basePath)),
    params: definedValues(event.pathParameters),
    query: definedValues(event.multiValueQueryStringParameters),
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    requestId: requestIdOf(headers, gatewayRequestId),
    gatewayRequestId,
    address: event.requestContext.identity.sourceIp,
    host: domainName,
    httpVersion: protocol.replace(/^HTTP\//i, '') || '1.1',
    trace: requestTrace(headers, gatewayRequestId, traces),
    context,
  };
}

/** The place of a request of a domain. What is neither below the base path nor a document of it is no row's. */
function onDomain(event: Place, basePath: string): Pick<HttpRequest, 'resource' | 'path' | 'prefix'> {
  const place = rowOfWellKnown(belowBasePath(event, basePath), basePath);
  const isOurs = basePath === '' || place.path !== event.path;
  return { ...place, ...(isOurs ? {} : { resource: '' }), prefix: isOurs ? basePath : '' };
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

/** Refuses paths that two servers may read as two different ones: what is checked is what the upstream sees. */
export function requireUnambiguousPath(path: string): void {
  if (!isUnambiguousPath(path)) throw new Problem('malformed_request', { message: UNAMBIGUOUS_PATH });
}
