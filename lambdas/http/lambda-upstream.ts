import type { APIGatewayProxyResult } from 'aws-lambda';
import { type Caller, principalOf } from '../kernel/caller.ts';
import { objectOf } from '../kernel/json.ts';
import type { Header } from '../upstream/header-table.ts';
import type { HttpRequest } from './event.ts';
import type { UpstreamCall } from './upstream-call.ts';

/**
 * The event of a function that is an upstream: as API Gateway's proxy integration sends it (developer guide,
 * set-up-lambda-proxy-integrations), with the headers that any upstream gets. The identity stands where an authorizer's
 * context does.
 */
export function eventFor({ caller, request: sent, publicUrl }: UpstreamCall, request: HttpRequest): object {
  const { method, path, resource, params, query, requestId, gatewayRequestId, address, body, httpVersion } =
    request;
  const headers = Object.fromEntries(
    [...Map.groupBy(sent.headers, ([name]) => name)].map(([name, lines]) => [
      name,
      lines.map(([, value]) => value),
    ]),
  );
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOf(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(params),
    stageVariables: null,
    requestContext: {
      requestId,
      extendedRequestId: gatewayRequestId,
      httpMethod: method,
      path: `${publicUrl.prefix}${path}`,
      resourcePath: resource,
      protocol: `HTTP/${httpVersion}`,
      domainName: publicUrl.host,
      stage: publicUrl.prefix.slice(1),
      identity: { sourceIp: address, userAgent: headers['user-agent']?.[0] ?? null },
      // As of a method without an authorizer.
      authorizer: caller === undefined ? null : authorizerOf(caller),
    },
    body: body.length === 0 ? null : body.toString('base64'),
    isBase64Encoded: body.length > 0,
  };
}

function authorizerOf(caller: Caller): object {
  return {
    principalId: principalOf(caller),
    tenantId: caller.tenantId,
    workspaceId: caller.workspaceId,
    scopes: caller.scopes.join(' '),
    environment: caller.environment,
  };
}

function lastOf(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function orNull<Value extends object>(value: Value): Value | null {
  return Object.keys(value).length === 0 ? null : value;
}

/** Reads what such a function returned. Throws for what API Gateway would call malformed. */
export function readResult(payload: string): {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
} {
  const result = objectOf<APIGatewayProxyResult>(payload);
  const { statusCode = 200, headers = {}, multiValueHeaders = {}, body, isBase64Encoded } = result ?? {};
  if (result === undefined || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    throw new Error('the function returned no response');
  const several = Object.entries(multiValueHeaders).flatMap(([name, values]) =>
    values.map((value): Header => [name, String(value)]),
  );
  const names = new Set(several.map(([name]) => name.toLowerCase()));
  const single = Object.entries(headers).flatMap(([name, value]): Header[] =>
    names.has(name.toLowerCase()) ? [] : [[name, String(value)]],
  );
  return {
    status: statusCode,
    headers: [...several, ...single],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
