import { ACCOUNT } from '../cloudformation/identities.ts';
import { type ApiRequest, header, lastValues } from '../gateway/api-request.ts';
import { commonLogTime, identityOf } from '../gateway/request-context.ts';
import type { HttpApiDefinition, HttpStage } from './definition.ts';
import { decoded, type MatchedRoute } from './route.ts';

/** A request of an HTTP API that has found its route. */
export interface RoutedRequest extends MatchedRoute {
  readonly api: HttpApiDefinition;
  readonly stage: HttpStage;
  readonly request: ApiRequest;
  /** The context that the authorizer gave, once it has. */
  readonly authorizer?: Readonly<Record<string, unknown>>;
}

/** The event of a Lambda integration (developer guide, http-api-develop-integrations-lambda). */
export function integrationEvent(routed: RoutedRequest, version: '1.0' | '2.0'): object {
  const { request, authorizer } = routed;
  const { body, isBase64Encoded } = eventBody(request);
  if (version === '1.0') {
    const context = { ...contextV1(routed), authorizer: authorizer ?? { claims: null, scopes: null } };
    return { ...partsV1(routed), requestContext: context, body: body ?? null, isBase64Encoded };
  }
  const context = { ...contextV2(routed), ...(authorizer && { authorizer: { lambda: authorizer } }) };
  return { ...partsV2(routed), requestContext: context, ...(body && { body }), isBase64Encoded };
}

/** The event of a Lambda authorizer (developer guide, http-api-lambda-authorizer). */
export function authorizerEvent(
  routed: RoutedRequest,
  version: '1.0' | '2.0',
  { arn, identities }: { readonly arn: string; readonly identities: readonly string[] },
): object {
  if (version === '1.0') {
    const { multiValueHeaders: _, multiValueQueryStringParameters: __, ...parts } = partsV1(routed);
    const identity = identities.length === 0 ? null : identities.join(',');
    return {
      ...parts,
      type: 'REQUEST',
      methodArn: arn,
      identitySource: identity,
      authorizationToken: identity,
      requestContext: contextV1(routed),
    };
  }
  return {
    ...partsV2(routed),
    type: 'REQUEST',
    routeArn: arn,
    identitySource: identities.length === 0 ? null : identities,
    requestContext: contextV2(routed),
  };
}

/** What the contexts of both payloads have. */
function commonContext({ api, stage, request }: RoutedRequest) {
  const host = header(request, 'host') ?? '';
  return {
    accountId: ACCOUNT,
    apiId: api.id,
    domainName: host,
    domainPrefix: host.split('.')[0],
    requestId: request.extendedRequestId,
    stage: stage.name,
  };
}

/** `$context` of payload 2.0. */
export function contextV2(routed: RoutedRequest): Readonly<Record<string, unknown>> {
  const { request, route } = routed;
  return {
    ...commonContext(routed),
    http: {
      method: request.method,
      path: rawPath(request),
      protocol: 'HTTP/1.1',
      sourceIp: request.sourceIp,
      userAgent: header(request, 'user-agent') ?? '',
    },
    routeKey: route.key,
    time: commonLogTime(request.receivedAt),
    timeEpoch: request.receivedAt.getTime(),
  };
}

/**
 * Decoded, and ended by a question mark that was encoded: both measured on AWS (hotsock/voker#8). The segment of a named
 * stage stays in it.
 */
export function rawPath({ fullPath }: ApiRequest): string {
  return decoded(fullPath).split('?', 1)[0] ?? '';
}

/** Names are in lower case, several values of one name come to one with commas, and cookies are apart (same pages). */
function partsV2({
  stage,
  request,
  route,
  pathParameters,
}: RoutedRequest): Readonly<Record<string, unknown>> {
  const { cookie, ...headers } = Object.fromEntries(
    Object.entries(headersOf(request)).map(([name, values]) => [name.toLowerCase(), values.join(',')]),
  );
  const cookies = cookie?.split(/[;,] */).filter(Boolean);
  const query = Object.fromEntries(Object.entries(request.query).map(([name, all]) => [name, all.join(',')]));
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: rawPath(request),
    rawQueryString: request.search,
    ...(cookies && { cookies }),
    headers,
    ...orNothing('queryStringParameters', query),
    ...orNothing('pathParameters', pathParameters),
    ...orNothing('stageVariables', stage.variables),
  };
}

function partsV1({ stage, request, route, pathParameters }: RoutedRequest) {
  const headers = headersOf(request);
  return {
    version: '1.0',
    resource: resourceOf(route.key),
    path: rawPath(request),
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastValues(request.query)),
    multiValueQueryStringParameters: orNull(request.query),
    pathParameters: orNull(pathParameters),
    stageVariables: orNull(stage.variables),
  };
}

function contextV1(routed: RoutedRequest): Readonly<Record<string, unknown>> {
  const { request, route } = routed;
  return {
    ...commonContext(routed),
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.method,
    identity: identityOf(request),
    path: rawPath(request),
    protocol: 'HTTP/1.1',
    requestTime: commonLogTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt.getTime(),
    resourceId: route.key,
    resourcePath: resourceOf(route.key),
  };
}

const resourceOf = (routeKey: string): string => routeKey.split(' ')[1] ?? routeKey;

/** A REST API drops the length; an HTTP API tells it. */
function headersOf({ headers, body }: ApiRequest): ApiRequest['headers'] {
  return body.length === 0 ? headers : { ...headers, 'content-length': [String(body.length)] };
}

/** Media types that reach a function as text; every other one is in Base64, that of HTML forms included (measured, Mangum and serverless-express users). */
const TEXT = /^(text\/.*|application\/(.*\+)?(json|xml)|application\/javascript)$/;

function eventBody(request: ApiRequest): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (request.body.length === 0) return { isBase64Encoded: false };
  const mediaType = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  const isText = mediaType === undefined || TEXT.test(mediaType);
  return { body: request.body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

const orNothing = (name: string, values: Readonly<Record<string, unknown>>) =>
  Object.keys(values).length === 0 ? {} : { [name]: values };

const orNull = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length === 0 ? null : value;
