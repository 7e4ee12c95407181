import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { decide } from '../access/decide.ts';
import type { Decision, DecisionContext } from '../access/decision.ts';
import type { UsageKeys } from '../contract/deployment.ts';
import type { Outcome } from '../contract/outcomes.ts';
import { errorCodeOf } from '../contract/profile.ts';
import { principalOf } from '../kernel/caller.ts';
import { counted, type Observation } from '../kernel/metrics.ts';
import { traceIdOf } from '../kernel/trace-context.ts';
import { type AuthorizerAnswer, answer } from './authorizer-answer.ts';
import type { Challenge } from './challenge.ts';
import { contextOf } from './identity.ts';
import { traceId } from './request-id.ts';

/**
 * Answers API Gateway for one request. Throws when there can be no decision: API Gateway then answers 500. `challenge`
 * says the challenges of refusals; without, they are static.
 */
export function authorizer(
  context: DecisionContext,
  usageKeys: UsageKeys,
  observe: (observation: Observation) => void = () => undefined,
  challenge?: Challenge,
): (event: APIGatewayRequestAuthorizerEvent) => Promise<AuthorizerAnswer> {
  return async (event) => {
    const started = performance.now();
    const headers = event.multiValueHeaders ?? {};
    const requestId = traceId(headers, event.requestContext.extendedRequestId);
    const request = {
      method: event.httpMethod,
      resource: event.resource,
      path: event.path,
      headers,
      address: event.requestContext.identity.sourceIp,
    };
    const trace = traceIdOf(headers);
    const line = {
      request_id: requestId,
      ...(trace === undefined ? {} : { trace_id: trace }),
      route: `${event.httpMethod} ${event.resource}`,
    };
    const decision = await decide(request, context).catch((error: unknown) => {
      observe(observation({ outcome: 'failed' }, started, { level: 'ERROR', ...line, cause: String(error) }));
      throw error;
    });
    observe(observation(decision, started, { level: 'INFO', ...line, ...said(decision, request.address) }));
    return answer(
      decision,
      {
        methodArn: event.methodArn,
        context: {
          ...contextOf(decision, requestId, context.clock(), (code) => errorCodeOf(context.profile, code)),
          // For a header only: it has quotation marks.
          ...challenge?.(decision, request, context),
        },
      },
      usageKeys,
      context.deployment,
    );
  };
}

function observation(
  { outcome, isGuess }: { readonly outcome: Outcome; readonly isGuess?: boolean },
  started: number,
  fields: Readonly<Record<string, unknown>>,
): Observation {
  const metrics = counted('Decisions', performance.now() - started);
  return {
    fields,
    dimensions: { outcome },
    metrics: isGuess === true ? [...metrics, ...counted('UnknownKeys')] : metrics,
  };
}

/** Log fields of a decision: who was let in, or why nobody was; of a key that nobody has, who sent it. */
function said(decision: Decision, address: string): Readonly<Record<string, string>> {
  switch (decision.outcome) {
    case 'allowed':
      return { tenant: decision.caller.tenantId, principal: principalOf(decision.caller) };
    case 'limited':
      return { reason: 'rate_limited' };
    case 'refused':
      return { reason: decision.code, ...(decision.isGuess === true ? { address } : {}) };
    default:
      return { reason: decision.code };
  }
}
