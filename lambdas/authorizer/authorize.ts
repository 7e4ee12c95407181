import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { errorCodeOf } from '../../profiles/profile.ts';
import { type DecisionContext, decide } from '../domain/decision.ts';
import { contextOf } from '../http/identity.ts';
import { traceId } from '../http/request-id.ts';
import { type AuthorizerAnswer, answer, type UsageKeys } from './answer.ts';

/** Answers API Gateway for one request. Throws when there can be no decision: API Gateway then answers 500. */
export function authorizer(
  context: DecisionContext,
  usageKeys: UsageKeys,
): (event: APIGatewayRequestAuthorizerEvent) => Promise<AuthorizerAnswer> {
  return async (event) => {
    const headers = event.multiValueHeaders ?? {};
    const decision = await decide(
      {
        method: event.httpMethod,
        resource: event.resource,
        path: event.path,
        headers,
        address: event.requestContext.identity.sourceIp,
      },
      context,
    );
    const requestId = traceId(headers, event.requestContext.extendedRequestId);
    return answer(
      decision,
      event,
      contextOf(decision, requestId, (code) => errorCodeOf(context.profile, code)),
      usageKeys,
      context.deployment.initialTier,
    );
  };
}
