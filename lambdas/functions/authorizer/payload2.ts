import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Payload2Settings } from '../../contract/deployment.ts';
import type { AuthorizerEvent } from '../../http/authorize.ts';
import type { AuthorizerAnswer } from '../../http/authorizer-answer.ts';
import type { AuthorizerContext } from '../../http/identity.ts';
import { payload2Path, separatedHeaders } from '../../http/payload2.ts';

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
  cookies,
  requestContext: { http, stage, requestId },
}: APIGatewayRequestAuthorizerEventV2): AuthorizerEvent {
  const [, resource = routeKey] = routeKey.split(' ');
  return {
    methodArn,
    httpMethod: http.method,
    resource,
    path: payload2Path(rawPath, stage),
    // Payload 2.0 has cookies in a field of their own: here they are a header again, for who looks at those.
    multiValueHeaders: {
      ...separatedHeaders(Object.entries(headers ?? {})),
      ...(cookies === undefined ? {} : { cookie: cookies }),
    },
    requestContext: { requestId, extendedRequestId: requestId, identity: { sourceIp: http.sourceIp } },
  };
}
