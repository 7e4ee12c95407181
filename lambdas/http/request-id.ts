import { type HeaderValues, headerValues } from '../kernel/headers.ts';

const ACCEPTABLE = /^[\w.:-]{1,128}$/;

/**
 * The id of a request, in logs and answers: the caller's own `X-Request-ID` where it is harmless in logs, headers
 * and JSON, else API Gateway's extended id. (`requestContext.requestId` can be set by clients and is not unique.)
 */
export function requestIdOf(headers: HeaderValues, fallback: string | undefined): string {
  const [own, ...more] = headerValues(headers, 'x-request-id');
  if (own !== undefined && more.length === 0 && ACCEPTABLE.test(own)) return own;
  return fallback ?? '';
}
