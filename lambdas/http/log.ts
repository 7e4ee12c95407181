import type { Caller } from '../domain/caller.ts';
import { principalOf } from '../domain/caller.ts';

/** What one line says of a request. Headers, queries and bodies are in none: they hold secrets. */
export interface RequestLine {
  readonly requestId: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly caller?: Caller;
  /** An error's private cause; for operators only. */
  readonly cause?: unknown;
}

/** Writes one structured line. */
export function logRequest({ requestId, route, status, milliseconds, caller, cause }: RequestLine): void {
  const line = {
    level: status >= 500 ? 'ERROR' : 'INFO',
    request_id: requestId,
    route,
    status,
    ms: Math.round(milliseconds),
    ...(caller === undefined ? {} : { tenant: caller.tenantId, principal: principalOf(caller) }),
    ...(cause === undefined ? {} : { cause: describe(cause) }),
  };
  console.log(JSON.stringify(line));
}

/** Name, message and origin of an error and what caused it. */
function describe(cause: unknown, depth = 0): unknown {
  if (!(cause instanceof Error)) return String(cause);
  return {
    name: cause.name,
    message: cause.message,
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
