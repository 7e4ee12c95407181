/** What a browser's script may read of a response (Fetch standard, CORS-safelisted response-header names aside). */
export const EXPOSED_HEADERS =
  'X-Request-ID, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, WWW-Authenticate, X-Next-Cursor';
