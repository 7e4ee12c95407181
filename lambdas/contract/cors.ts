import { RATE_LIMIT_HEADERS } from './rate-limit-headers.ts';

/** The pages in browsers that may call the API, and what they may send and read (Fetch standard, 3.3). */
export interface Cors {
  /** `*` alone, or origins: of several the one that calls is told, and no other. */
  readonly allowedOrigins: readonly string[];
  /** Request headers that a page may send. */
  readonly allowedHeaders: readonly string[];
  /** Response headers that its script may read, besides those that every script may. */
  readonly exposedHeaders: readonly string[];
  /** Seconds for which a browser may keep the answer to a preflight. */
  readonly maxAgeSeconds: number;
}

/** Request headers that our own routes read. */
export const OWN_ALLOWED_HEADERS = [
  'Authorization',
  'X-API-Key',
  'Content-Type',
  'X-Request-ID',
  'X-Workspace-Id',
  'Idempotency-Key',
] as const;

/** Response headers that we send. */
export const OWN_EXPOSED_HEADERS = [
  'X-Request-ID',
  'Allow',
  'Retry-After',
  ...Object.keys(RATE_LIMIT_HEADERS),
  'WWW-Authenticate',
  'X-Next-Cursor',
];

/** Names of headers, each once, whatever its case. */
export function headerNames(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Map(lists.flat().map((name) => [name.toLowerCase(), name])).values()];
}

/** The one origin that every answer may name; undefined where it depends on who calls. */
export function onlyOrigin({ allowedOrigins }: Pick<Cors, 'allowedOrigins'>): string | undefined {
  return allowedOrigins.length === 1 ? allowedOrigins[0] : undefined;
}

/** The headers of the answer to a preflight, but for the origin. */
export function preflightHeaders({ allowedHeaders, maxAgeSeconds }: Cors): Readonly<Record<string, string>> {
  return {
    'Access-Control-Allow-Methods': 'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS',
    'Access-Control-Allow-Headers': allowedHeaders.join(','),
    'Access-Control-Max-Age': String(maxAgeSeconds),
  };
}
