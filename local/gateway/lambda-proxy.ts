import type { Invocation } from '../lambda/function.ts';
import type { ApiDefinition } from './api-definition.ts';
import { type ApiRequest, header, lastValues } from './api-request.ts';
import type { ApiResponse } from './api-response.ts';
import { GatewayFailure } from './failure.ts';
import type { RequestContext } from './request-context.ts';
import type { Route } from './router.ts';

/** The event of a proxy integration (developer guide, set-up-lambda-proxy-integrations); what is empty is null. */
export function proxyEvent(
  api: ApiDefinition,
  request: ApiRequest,
  route: Route,
  context: RequestContext,
): object {
  const isBinary = isBinaryType(api, header(request, 'content-type'));
  const body = request.body.length === 0 ? null : request.body.toString(isBinary ? 'base64' : 'utf8');
  return {
    resource: context.resourcePath,
    path: request.eventPath,
    httpMethod: request.method,
    headers: lastValues(request.headers),
    multiValueHeaders: request.headers,
    queryStringParameters: orNull(lastValues(request.query)),
    multiValueQueryStringParameters: orNull(request.query),
    pathParameters: orNull(route.pathParameters),
    stageVariables: orNull(api.stage.variables),
    requestContext: context,
    body,
    isBase64Encoded: body !== null && isBinary,
  };
}

/** Renders a function's result. Throws the failure that API Gateway answers instead where it is none. */
export function proxyResponse(invocation: Invocation, api: ApiDefinition, request: ApiRequest): ApiResponse {
  switch (invocation.kind) {
    case 'throttled':
    case 'too large':
    case 'not run':
      throw notRun(invocation);
    case 'failed':
      throw badGateway(invocation.error.errorMessage);
    case 'streaming':
      invocation.output.destroy();
      throw badGateway('The function streams, and the integration does not');
    case 'returned':
      return render(readResult(invocation.payload), api, request);
  }
}

type NotRun = Extract<Invocation, { kind: 'throttled' | 'too large' | 'not run' }>;

/** The failure of a function that was not run. */
export function notRun(invocation: NotRun): GatewayFailure {
  switch (invocation.kind) {
    case 'throttled':
      // Measured: re:Post QUL-z6rJbmR4meafB7MzYXxw, 500 and `InternalServerErrorException`.
      return new GatewayFailure('INTEGRATION_FAILURE', 'the function is throttled', { status: 500 });
    case 'too large':
      // Measured: koki-develop/lgtm-generator#10, 413 and "Request Too Long".
      return new GatewayFailure('REQUEST_TOO_LARGE', `an event of ${invocation.bytes} bytes`);
    case 'not run':
      return new GatewayFailure('DEFAULT_5XX', invocation.reason, {
        status: 502,
        message: invocation.reason,
      });
  }
}

/** Whether a media type is one that the API passes as bytes. */
export function isBinaryType(api: ApiDefinition, contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  return api.binaryMediaTypes.some((type) => type === '*/*' || type.toLowerCase() === mediaType);
}

export interface ProxyResult {
  readonly statusCode?: number | string;
  readonly headers?: Readonly<Record<string, string | number | boolean>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

const RESULT_FIELDS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/** The rules by which a result is malformed: recorded, LocalStack `test_aws_proxy_response_payload_format_validation`. */
function readResult(payload: string): ProxyResult {
  const result = JSON.parse(payload) as Record<string, unknown> | null;
  const malformed = (): GatewayFailure => badGateway('Malformed Lambda proxy response');
  if (typeof result !== 'object' || result === null || Array.isArray(result)) throw malformed();
  if (Object.keys(result).some((field) => !RESULT_FIELDS.has(field))) throw malformed();
  const { statusCode = 200, headers, multiValueHeaders, body } = result;
  if (!Number.isInteger(Number(statusCode)) || Number(statusCode) < 100 || Number(statusCode) > 599)
    throw malformed();
  if (body !== undefined && body !== null && typeof body !== 'string') throw malformed();
  const values = Object.values(headers ?? {});
  const lists = Object.values(multiValueHeaders ?? {});
  if (values.some((value) => typeof value === 'object')) throw malformed();
  if (lists.some((list) => !Array.isArray(list))) throw malformed();
  return result as ProxyResult;
}

function render(result: ProxyResult, api: ApiDefinition, request: ApiRequest): ApiResponse {
  const body = result.body ?? '';
  // Bytes go out as bytes only to a client that asks for a binary type.
  const decode = result.isBase64Encoded === true && isBinaryType(api, header(request, 'accept'));
  return {
    status: Number(result.statusCode ?? 200),
    headers: responseHeaders(result),
    body: decode ? Buffer.from(body, 'base64') : body,
  };
}

/** Values of `multiValueHeaders` go before the one of `headers` and decide the spelling: recorded, same test. */
export function responseHeaders({ headers, multiValueHeaders }: ProxyResult): [string, string][] {
  const single = Object.entries(headers ?? {});
  const several = Object.entries(multiValueHeaders ?? {});
  const spelling = new Map([...single, ...several].map(([name]) => [name.toLowerCase(), name]));
  const all = [
    ...several.flatMap(([name, values]) => values.map((value) => [name, value] as const)),
    ...single,
  ];
  const rendered = all.flatMap(([name, value]): [string, string][] => {
    const key = name.toLowerCase();
    if (key === 'transfer-encoding') return [];
    return [[remap(spelling.get(key) ?? name), String(value)]];
  });
  const hasType = rendered.some(([name]) => name.toLowerCase() === 'content-type');
  return hasType ? rendered : [['Content-Type', 'application/json'], ...rendered];
}

/**
 * Headers that a function cannot set: they arrive under another name (recorded, LocalStack
 * `TestApiGatewayHeaderRemapping`; of a proxy: serverless-offline#236).
 */
const REMAPPED_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amzn-requestid',
]);

const remap = (name: string): string =>
  REMAPPED_HEADERS.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name;

export const badGateway = (reason: string): GatewayFailure =>
  new GatewayFailure('DEFAULT_5XX', reason, { status: 502 });

const orNull = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length === 0 ? null : value;
