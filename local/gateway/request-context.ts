import { ACCOUNT } from '../cloudformation/identities.ts';
import type { ApiDefinition } from './api-definition.ts';
import { type ApiRequest, header } from './api-request.ts';
import type { Route } from './router.ts';

/** `$context`, which is also what functions get as `event.requestContext`. */
export type RequestContext = Record<string, unknown>;

/** The context of a request before it is routed: all of it that a gateway response can still name. */
export function newContext(api: ApiDefinition, request: ApiRequest): RequestContext {
  const host = header(request, 'host') ?? '';
  return {
    accountId: ACCOUNT,
    apiId: api.id,
    deploymentId: api.deploymentId,
    domainName: host,
    domainPrefix: host.split('.')[0],
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.method,
    identity: identityOf(request),
    path: request.fullPath,
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    requestTime: commonLogTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt.getTime(),
    stage: api.stage.name,
  };
}

/** Adds the fields that are known once the request is routed. */
export function addRoute(context: RequestContext, { method }: Route): void {
  context.resourceId = method.resourceId;
  context.resourcePath = method.resourcePath || '/';
}

/** The value of a variable such as `authorizer.tenant`; nothing when it is absent. */
export function lookUp(context: RequestContext, variable: string): string | undefined {
  const value = variable.split('.').reduce<unknown>((object, key) => {
    if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return undefined;
    return (object as Record<string, unknown>)[key];
  }, context);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Recorded: LocalStack `test_lambda_aws_proxy_integration`. */
export function identityOf(request: ApiRequest): Record<string, string | null> {
  return {
    accessKey: null,
    accountId: null,
    caller: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.sourceIp,
    user: null,
    userAgent: header(request, 'user-agent') ?? null,
    userArn: null,
  };
}

/** `21/Nov/2026:04:28:54 +0000`, as web servers log it. */
export function commonLogTime(date: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
