import { RATE_LIMIT_HEADERS } from './rate-limit-headers.ts';

/** Response headers that a browser's script may read (Fetch standard, CORS-safelisted response-header names aside). */
export const EXPOSED_HEADERS = [
  'X-Request-ID',
  'Allow',
  'Retry-After',
  ...Object.keys(RATE_LIMIT_HEADERS),
  'WWW-Authenticate',
  'X-Next-Cursor',
].join(', ');
