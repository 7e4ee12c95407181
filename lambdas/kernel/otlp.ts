import { callOnce } from './http-call.ts';
import { counted, observe } from './metrics.ts';
import type { Span } from './trace-context.ts';

/** How long a request waits for the collector where the template does not say. */
const TIMEOUT_MS = 250;

/** After a span that was lost, the collector is left alone for so long. */
const SILENT_MS = 10_000;

/** A span that has ended. */
export interface FinishedSpan {
  readonly span: Span;
  /** Few of a kind: a method and a route, never a path. */
  readonly name: string;
  /** Milliseconds by `performance.now()`. */
  readonly started: number;
  readonly isFailure: boolean;
  /** Never a header, a query, a body or a credential. Undefined ones are left out. */
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
}

let silentUntil = Number.NEGATIVE_INFINITY;

/**
 * Sends a span to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names (OpenTelemetry, "OTLP Exporter Configuration"), as
 * OTLP/HTTP in JSON; of one that is not sampled nothing. Whoever awaits it waits for at most
 * `OTEL_EXPORTER_OTLP_TIMEOUT` milliseconds: a function is frozen once it has answered. Never rejects; a span that is
 * lost is counted (`SpansLost`).
 */
export async function exportSpan(finished: FinishedSpan): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: timeout } = process.env;
  if (endpoint === undefined || !finished.span.isSampled || performance.now() < silentUntil) return;
  try {
    const { ok, status } = await callOnce(new URL(`${endpoint}/v1/traces`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf(finished)),
      signal: AbortSignal.timeout(Number(timeout ?? TIMEOUT_MS)),
    });
    if (!ok) throw new Error(`the collector answers ${status}`);
  } catch (error) {
    silentUntil = performance.now() + SILENT_MS;
    const { message, code } = error as NodeJS.ErrnoException;
    observe({
      metrics: counted('SpansLost'),
      dimensions: { outcome: 'failed' },
      fields: {
        level: 'WARN',
        trace_id: finished.span.traceId,
        // Of a host with several addresses none of which answers there is a code and no message.
        cause: message || code,
      },
    });
  }
}

/** OTLP's `ExportTraceServiceRequest` (opentelemetry-proto, JSON encoding: ids in hexadecimal, 64-bit numbers as text). */
function requestOf({ span, name, started, isFailure, attributes }: FinishedSpan): object {
  const { traceId, spanId, parentId, tracestate } = span;
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_REGION, METRICS_NAMESPACE } = process.env;
  const resource = {
    'service.name': METRICS_NAMESPACE ?? 'Latchkey',
    'faas.name': AWS_LAMBDA_FUNCTION_NAME,
    'cloud.provider': 'aws',
    'cloud.region': AWS_REGION,
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [
          {
            scope: { name: 'latchkey' },
            spans: [
              {
                traceId,
                spanId,
                ...(parentId === null ? {} : { parentSpanId: parentId }),
                ...(tracestate === null ? {} : { traceState: tracestate }),
                name,
                kind: 2, // SERVER
                startTimeUnixNano: unixNanoseconds(started),
                endTimeUnixNano: unixNanoseconds(performance.now()),
                attributes: attributesOf(attributes),
                status: isFailure ? { code: 2 } : {},
              },
            ],
          },
        ],
      },
    ],
  };
}

/** A monotonic time as text of Unix nanoseconds, of which JSON's numbers cannot hold all digits. */
function unixNanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round((performance.timeOrigin + milliseconds) * 1000)) * 1000n);
}

function attributesOf(values: FinishedSpan['attributes']): object[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }];
  });
}
