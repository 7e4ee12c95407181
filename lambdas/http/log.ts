import type { RouteId } from '../contract/route-id.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';
import { counted, observe } from '../kernel/metrics.ts';

/** The log line of a request. Headers, queries and bodies are in none: they hold secrets. */
export interface RequestLine {
  readonly requestId: string;
  /** API Gateway's, by which the audit trail names it; the same, unless the caller has named the request. */
  readonly gatewayRequestId: string;
  /** Of W3C's form. */
  readonly traceId?: string | undefined;
  readonly route: string;
  /** The row of the route table that was meant. */
  readonly operation?: RouteId | undefined;
  readonly status: number;
  readonly milliseconds: number;
  readonly caller?: Caller | undefined;
  /** An error's private cause; for operators only. */
  readonly cause?: unknown;
}

/** Writes one structured line, which also counts the request by the class of its status, and logins by theirs. */
export function logRequest({
  requestId,
  gatewayRequestId,
  traceId,
  route,
  operation,
  status,
  milliseconds,
  caller,
  cause,
}: RequestLine): void {
  const line = {
    level: status >= 500 ? 'ERROR' : 'INFO',
    request_id: requestId,
    ...(gatewayRequestId === requestId ? {} : { gateway_request_id: gatewayRequestId }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    route,
    status,
    ms: Math.round(milliseconds),
    ...(caller === undefined ? {} : { tenant: caller.tenantId, principal: principalOf(caller) }),
    ...(cause === undefined ? {} : { cause: describe(cause) }),
  };
  observe({
    fields: line,
    dimensions: { outcome: outcomeOf(status) },
    metrics: [...counted('Requests', milliseconds), ...(LOGINS.includes(operation) ? counted('Logins') : [])],
  });
}

/** The routes whose successes and failures are worth a metric of their own: an attack shows there first. */
const LOGINS: readonly (RouteId | undefined)[] = ['login', 'signIn'];

function outcomeOf(status: number): string {
  if (status === 429) return 'limited';
  return status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'served';
}

/** Name, message and origin of an error and what caused it. */
function describe(cause: unknown, depth = 0): unknown {
  if (!(cause instanceof Error)) return String(cause);
  return {
    name: cause.name,
    // Of a host with several addresses none of which answers there is a code and no message.
    message: cause.message || (cause as NodeJS.ErrnoException).code,
    ...(depth === 0
      ? {
          stack: cause.stack
            ?.split('\n')
            .slice(1, 6)
            .map((line) => line.trim()),
        }
      : {}),
    ...(cause.cause === undefined || depth > 2 ? {} : { cause: describe(cause.cause, depth + 1) }),
  };
}
