import type { Decision } from '../access/decision.ts';
import type { Outcome } from '../contract/outcomes.ts';
import { principalOf } from '../kernel/caller.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import { counted, type Observation } from '../kernel/metrics.ts';
import { traceIdOf } from '../kernel/trace-context.ts';

/** A request that is decided on, as the line of its decision tells it. */
export interface DecidedRequest {
  readonly requestId: string;
  readonly headers: HeaderValues;
  /** Method and route, such as `GET /items/{id}`: never the path itself, which may hold what is nobody's business. */
  readonly route: string;
  readonly address: string;
  /** When the decision began, by `performance.now()`. */
  readonly started: number;
}

/** The line and the metrics of a decision. No header, body or credential is in it. */
export function decisionLine(decision: Decision, request: DecidedRequest): Observation {
  return observation(decision, request, { level: 'INFO', ...told(request), ...said(decision, request) });
}

/** The same of a request on which there could be no decision. */
export function failureLine(cause: unknown, request: DecidedRequest): Observation {
  return observation({ outcome: 'failed' }, request, {
    level: 'ERROR',
    ...told(request),
    cause: String(cause),
  });
}

function told({ requestId, headers, route }: DecidedRequest) {
  return { request_id: requestId, trace_id: traceIdOf(headers), route };
}

function observation(
  { outcome, isGuess }: { readonly outcome: Outcome; readonly isGuess?: boolean },
  { started }: DecidedRequest,
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
function said(decision: Decision, { address }: DecidedRequest): Readonly<Record<string, string>> {
  switch (decision.outcome) {
    case 'allowed':
      return { tenant: decision.caller.tenantId, principal: principalOf(decision.caller) };
    case 'limited':
      return { reason: 'rate_limited' };
    case 'observed':
      return { reason: decision.code, instead: decision.instead, rule: decision.rule, address };
    case 'refused':
      return { reason: decision.code, ...(decision.isGuess === true ? { address } : {}) };
    default:
      return { reason: decision.code };
  }
}
