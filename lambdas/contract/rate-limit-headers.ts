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
