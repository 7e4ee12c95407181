/** The request headers that a page in a browser may send. */
const ALLOWED_HEADERS = ['Authorization', 'X-API-Key', 'Content-Type', 'X-Request-ID', 'X-Workspace-Id'];

/** A day; browsers keep an answer for two hours at most, some for a day (Fetch, "CORS-preflight cache"). */
const MAX_AGE_SECONDS = 86_400;

/** The headers that answer a preflight, as API Gateway's static values: in single quotes. */
export function preflightHeaders(allowedOrigin: string): Readonly<Record<string, string>> {
  return {
    ...originHeader(allowedOrigin),
    'Access-Control-Allow-Methods': "'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS'",
    'Access-Control-Allow-Headers': `'${ALLOWED_HEADERS.join(',')}'`,
    'Access-Control-Max-Age': `'${MAX_AGE_SECONDS}'`,
  };
}

/** The header that every response takes, as API Gateway's static value. */
export function originHeader(allowedOrigin: string): Readonly<Record<string, string>> {
  return { 'Access-Control-Allow-Origin': `'${allowedOrigin}'` };
}
