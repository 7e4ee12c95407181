import { ConnectionError, LatchkeyError } from './errors.ts';

/** The upper bound of the first pause; it doubles with each attempt. */
const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 8;
/** Who is asked to stay away for longer is told so instead of waiting. */
export const LONGEST_RETRY_AFTER_SECONDS = 60;

/** Methods that may be carried out twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Node's names of errors that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether a request may be sent again after its failure. A write is sent twice only if that makes nothing twice. */
export function mayRepeat(request: Request, error: unknown): boolean {
  if (error instanceof ConnectionError && isNeverSent(error.cause)) return true;
  if (!IDEMPOTENT.has(request.method) && !request.headers.has('Idempotency-Key')) return false;
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof LatchkeyError)) return false;
  // In flight: the first sending of the same Idempotency-Key is still being carried out.
  return error.status === 429 || error.status === 503 || error.code === 'request_in_flight';
}

/**
 * Seconds to wait before attempt `attempt` + 1: full jitter (any time up to a bound that doubles), on top of `Retry-After`
 * where the answer has one. Null where that is longer than anybody should wait.
 */
export function pauseSeconds(attempt: number, error: unknown, random = Math.random): number | null {
  const bound = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** attempt);
  const retryAfter = error instanceof LatchkeyError ? (error.retryAfter ?? 0) : 0;
  return retryAfter > LONGEST_RETRY_AFTER_SECONDS ? null : retryAfter + random() * bound;
}

function isNeverSent(error: unknown): boolean {
  // `fetch` wraps what the connection says, once.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause && NEVER_SENT.has(String(cause.code));
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
