import { type Cors, headerNames, onlyOrigin } from '../contract/cors.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';

/**
 * Tells a browser which page may read an answer (Fetch standard, 3.3): the one origin, or of several the one that calls, if
 * it is allowed; a cache must then keep an answer for each (RFC 9110, 12.5.5). Never `Access-Control-Allow-Credentials`:
 * credentials travel in headers. `alsoExposed` are headers that the answer names itself.
 */
export function originHeaders(
  received: HeaderValues,
  cors: Cors,
  alsoExposed: readonly string[] = [],
): Readonly<Record<string, string>> {
  const exposed = {
    'Access-Control-Expose-Headers': headerNames(cors.exposedHeaders, alsoExposed).join(', '),
  };
  const only = onlyOrigin(cors);
  if (only !== undefined) return { 'Access-Control-Allow-Origin': only, ...exposed };
  const [origin = ''] = headerValues(received, 'origin');
  const allowed = cors.allowedOrigins.includes(origin) ? { 'Access-Control-Allow-Origin': origin } : {};
  return { ...allowed, Vary: 'Origin', ...exposed };
}
