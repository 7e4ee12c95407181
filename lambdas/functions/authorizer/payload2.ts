import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Payload2Settings } from '../../contract/deployment.ts';
import type { AuthorizerEvent } from '../../http/authorize.ts';
import type { AuthorizerAnswer } from '../../http/authorizer-answer.ts';
import type { AuthorizerContext } from '../../http/identity.ts';

/** The simple response of an HTTP API's authorizer (API Gateway, "Lambda authorizer response format"). */
export interface SimpleAnswer {
  readonly isAuthorized: boolean;
  readonly context: AuthorizerContext;
}

/** Outcomes of who is proven, and is still refused: by the function behind, where it can. */
const ANSWERED_BEHIND: readonly (string | undefined)[] = ['forbidden', 'limited', 'misdirected'];

/**
 * The authorizer of an HTTP API: a module that only such deployments have. It is asked and answers by payload 2.0, and
 * decides as every other, with the same one write. Who is not let in is a 403 of API Gateway, whatever the reason: a
 * simple response has no other no, and an error of the function is no documented way to a 401.
 */
export function payload2(
  decide: (event: AuthorizerEvent) => Promise<AuthorizerAnswer>,
  { answeredBehind }: Payload2Settings,
): (event: APIGatewayRequestAuthorizerEventV2) => Promise<SimpleAnswer> {
  return async (event) => {
    const { context } = await decide(asPayload1(event));
    const isAnsweredBehind =
      ANSWERED_BEHIND.includes(context.outcome) && answeredBehind.includes(event.routeKey);
    return { isAuthorized: context.outcome === 'allowed' || isAnsweredBehind, context };
  };
}

/** The route is the row: a resource is its path, or `$default`. */
function asPayload1({
  routeArn: methodArn,
  routeKey,
  rawPath,
  headers,
  requestContext: { http, stage, requestId },
}: APIGatewayRequestAuthorizerEventV2): AuthorizerEvent {
  const [, resource = routeKey] = routeKey.split(' ');
  return {
    methodArn,
    httpMethod: http.method,
    resource,
    path: asSent(withoutStage(rawPath, stage)),
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value = '']) => [name, separate(value)]),
    ),
    requestContext: { requestId, extendedRequestId: requestId, identity: { sourceIp: http.sourceIp } },
  };
}

/** The segment of a named stage is part of `rawPath`. */
function withoutStage(path: string, stage: string): string {
  return `${path}/`.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) || '/' : path;
}

/** An HTTP API hands on a path decoded; what is checked and compared is one as it is sent. What is no text stays, and is refused. */
function asSent(path: string): string {
  return path.isWellFormed() ? encodeURI(path) : path;
}

/**
 * "Duplicate headers are combined with commas" (API Gateway, payload 2.0): what may have been several is several, so that a
 * credential that comes twice is none. No credential, workspace or request id has a comma.
 */
function separate(value: string): string[] {
  return value.split(',').map((each) => each.trim());
}
