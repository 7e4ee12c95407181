import { RATE_LIMIT_HEADERS } from './rate-limit-headers.ts';

/** What a browser's script may read of a response (Fetch standard, CORS-safelisted response-header names aside). */
export const EXPOSED_HEADERS = [
  'X-Request-ID',
  'Allow',
  'Retry-After',
  ...Object.keys(RATE_LIMIT_HEADERS),
  'WWW-Authenticate',
  'X-Next-Cursor',
].join(', ');
