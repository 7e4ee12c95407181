import { decide } from '../access/decide.ts';
import type { Decision, DecisionContext, DecisionRequest } from '../access/decision.ts';
import type { UsageKeys } from '../contract/deployment.ts';
import { errorCodeOf } from '../contract/profile.ts';
import { belowBasePath } from '../kernel/base-path.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import type { Observation } from '../kernel/metrics.ts';
import { type AuthorizerAnswer, answer } from './authorizer-answer.ts';
import type { Challenge } from './challenge.ts';
import { decisionLine, failureLine } from './decision-line.ts';
import { contextOf } from './identity.ts';
import { requestIdOf } from './request-id.ts';

/** A decision on a call of an upstream, and what else of the context goes with it. */
export interface Settled {
  readonly decision: Decision;
  /** The signed identity, where API Gateway sends the request itself. */
  readonly assertion?: string;
}

/** Parts of the authorizer that only some deployments have. */
export interface AuthorizerOptions {
  /** The path of the host at which the API answers on its domain. @default - its root */
  readonly basePath?: string;
  /** Takes the log lines and metrics. @default - nothing is written */
  readonly observe?: ((observation: Observation) => void) | undefined;
  /** Says the challenges of refusals. @default - they are static */
  readonly challenge?: Challenge | undefined;
  /**
   * Settles calls behind which no function of ours stands, and those of path rules that are observed; it knows which they
   * are. Throws when nothing can sign. @default - as decided
   */
  readonly settle?:
    | ((decision: Decision, request: DecisionRequest, requestId: string) => Promise<Settled> | Settled)
    | undefined;
}

/** What is read of API Gateway's event of a REQUEST authorizer. */
export interface AuthorizerEvent {
  readonly methodArn: string;
  readonly httpMethod: string;
  readonly resource: string;
  readonly path: string;
  readonly multiValueHeaders: HeaderValues | null;
  readonly requestContext: {
    readonly requestId: string;
    readonly extendedRequestId?: string | undefined;
    readonly identity: { readonly sourceIp: string };
  };
}

/** Answers API Gateway for one request. Throws when there can be no decision: API Gateway then answers 500. */
export function authorizer(
  context: DecisionContext,
  usageKeys: UsageKeys,
  { basePath = '', observe = () => undefined, challenge, settle }: AuthorizerOptions = {},
): (event: AuthorizerEvent) => Promise<AuthorizerAnswer> {
  return async (event) => {
    const started = performance.now();
    const headers = event.multiValueHeaders ?? {};
    const requestId = requestIdOf(headers, event.requestContext.extendedRequestId);
    const request = {
      method: event.httpMethod,
      ...belowBasePath(event, basePath),
      headers,
      address: event.requestContext.identity.sourceIp,
    };
    const line = { ...request, requestId, started, route: `${event.httpMethod} ${event.resource}` };
    let settled: Settled;
    try {
      const decision = await decide(request, context);
      settled = (await settle?.(decision, request, requestId)) ?? { decision };
    } catch (error) {
      observe(failureLine(error, line));
      throw error;
    }
    const { decision, assertion } = settled;
    observe(decisionLine(decision, line));
    return answer(
      decision,
      {
        methodArn: event.methodArn,
        context: Object.assign(
          contextOf(decision, requestId, context.clock(), (code) => errorCodeOf(context.profile, code)),
          // For a header only: it has quotation marks.
          challenge?.(decision, request, context),
          assertion === undefined ? undefined : { assertion },
        ),
      },
      usageKeys,
      context.deployment,
    );
  };
}
