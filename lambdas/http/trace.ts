import type { Sampling } from '../contract/deployment.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import { exportSpan } from '../kernel/otlp.ts';
import {
  contextLines,
  gatewayTraceId,
  type Span,
  startSpan,
  traceContext,
  traceparentOf,
} from '../kernel/trace-context.ts';
import type { Header } from '../upstream/header-table.ts';

/** A request as part of a trace. */
export interface RequestTrace {
  /** For logs; undefined where neither the caller nor API Gateway names one. */
  readonly traceId: string | undefined;
  /** Ours; undefined where the deployment takes no part in traces. */
  readonly span: Span | undefined;
  /** The trace context for the upstream: our span's, else the caller's own where it is valid. */
  readonly lines: readonly Header[];
}

/** `sampling`: null where the deployment takes no part: it passes valid contexts on as they are (Trace Context, 4.3). */
export function requestTrace(
  headers: HeaderValues,
  requestId: string,
  sampling: Sampling | null,
): RequestTrace {
  if (sampling !== null) {
    const span = startSpan(headers, requestId, sampling);
    return { traceId: span.traceId, span, lines: contextLines(traceparentOf(span), span.tracestate) };
  }
  const context = traceContext(headers);
  const lines = context === undefined ? [] : contextLines(context.traceparent, context.tracestate);
  return { traceId: context?.traceId ?? gatewayTraceId(headers), span: undefined, lines };
}

interface TracedRequest {
  readonly trace: RequestTrace;
  readonly method: string;
  readonly resource: string;
  readonly requestId: string;
}

/** Exports the span of a request that is answered, where it has one that is sampled. Never rejects. */
export async function endSpan(
  { trace: { span }, method, resource, requestId }: TracedRequest,
  status: number,
  started: number,
): Promise<void> {
  if (span === undefined) return;
  await exportSpan({
    span,
    name: `${method} ${resource}`,
    started,
    isFailure: status >= 500,
    attributes: {
      'http.request.method': method,
      'http.route': resource,
      'http.response.status_code': status,
      'latchkey.request_id': requestId,
    },
  });
}
