/** Events as API Gateway sends them. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { HttpRequest } from '../../lambdas/http/event.ts';
import { NOW } from '../support/tenants.ts';

export function request(
  given: Partial<HttpRequest> & { readonly type?: string; readonly text?: string } = {},
): HttpRequest {
  const { type, text, ...rest } = given;
  return {
    method: 'POST',
    resource: '/v1/api-keys',
    path: '/v1/api-keys',
    params: {},
    query: {},
    headers: type === undefined ? {} : { 'Content-Type': [type] },
    body: Buffer.from(text ?? ''),
    requestId: 'request-1',
    gatewayRequestId: 'request-1',
    address: '192.0.2.7',
    host: 'api.example.com',
    prefix: '',
    httpVersion: '1.1',
    trace: { traceId: undefined, span: undefined, lines: [] },
    context: null,
    ...rest,
  };
}

/** The context that the authorizer gives an administrator's session. */
export function administratorContext(
  who: Readonly<Record<'tenantId' | 'workspaceId' | 'userId', string>>,
): Record<string, string> {
  return {
    outcome: 'allowed',
    callerKind: 'user',
    ...who,
    environment: 'live',
    scopes: 'read write delete admin',
    sessionId: crypto.randomUUID(),
    role: 'admin',
    rateLimitLimit: '100',
    rateLimitRemaining: '99',
    rateLimitReset: String(NOW + 12),
  };
}

/** What a test says of an event; the rest is as API Gateway has it. */
export interface EventInput {
  readonly method: string;
  readonly resource: string;
  readonly path?: string;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string[]>;
  readonly headers?: Record<string, string[]>;
  readonly body?: string | Buffer;
  readonly context?: Record<string, unknown>;
}

export function event({
  method,
  resource,
  path = resource.replace(/[{}]/g, ''),
  ...given
}: EventInput): APIGatewayProxyEvent {
  const { body } = given;
  return {
    httpMethod: method,
    resource,
    path,
    pathParameters: given.params ?? null,
    multiValueQueryStringParameters: given.query ?? null,
    multiValueHeaders: given.headers ?? {},
    body: body === undefined ? null : Buffer.isBuffer(body) ? body.toString('base64') : body,
    isBase64Encoded: Buffer.isBuffer(body),
    requestContext: {
      requestId: 'request-1',
      extendedRequestId: 'extended-1',
      identity: { sourceIp: '192.0.2.7' },
      ...(given.context === undefined ? {} : { authorizer: given.context }),
    },
  } as unknown as APIGatewayProxyEvent;
}
