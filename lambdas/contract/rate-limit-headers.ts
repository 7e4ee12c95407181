/**
 * The headers that tell a caller's allowance, and the field of the authorizer's context that holds each, ready to be
 * sent: API Gateway can put a field into a header of its own answers, but cannot put anything together.
 * The last two: draft-ietf-httpapi-ratelimit-headers-11.
 */
export const RATE_LIMIT_HEADERS = {
  'X-RateLimit-Limit': 'rateLimitLimit',
  'X-RateLimit-Remaining': 'rateLimitRemaining',
  'X-RateLimit-Reset': 'rateLimitReset',
  'RateLimit-Policy': 'rateLimitPolicy',
  RateLimit: 'rateLimit',
} as const;

/** The caller's allowance as the authorizer counted it, out of its context; nothing where nobody was recognised. */
export function rateLimitHeaders(context: Readonly<Record<string, unknown>> | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(RATE_LIMIT_HEADERS).flatMap(([header, field]) => {
      const value = context?.[field];
      return typeof value === 'string' ? [[header, value]] : [];
    }),
  );
}
