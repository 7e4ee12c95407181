import { type ApiRequest, header } from '../gateway/api-request.ts';
import type { ApiResponse } from '../gateway/api-response.ts';
import type { CorsConfiguration } from './definition.ts';

/** Whether a browser asks before a request (Fetch Standard, "CORS-preflight request"). */
export function isPreflight(request: ApiRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    header(request, 'origin') !== undefined &&
    header(request, 'access-control-request-method') !== undefined
  );
}

/** The API's own answer to a preflight request (developer guide, http-api-cors). */
export function preflightResponse(cors: CorsConfiguration, request: ApiRequest): ApiResponse {
  const { AllowMethods = [], AllowHeaders = [], MaxAge } = cors;
  const headers = originHeaders(cors, request);
  if (headers.length === 0) return { status: 204, headers: [], body: '' };
  const lists = [
    ['access-control-allow-methods', AllowMethods.join(',')],
    ['access-control-allow-headers', AllowHeaders.join(',')],
    ['access-control-max-age', MaxAge === undefined ? '' : String(MaxAge)],
  ] as const;
  return { status: 204, headers: [...headers, ...lists.filter(([, value]) => value !== '')], body: '' };
}

/**
 * An integration's response with the headers of the configuration: "If you configure CORS for an API, API Gateway ignores
 * CORS headers returned from your backend integration" (same page).
 */
export function withCors(
  response: ApiResponse,
  cors: CorsConfiguration | undefined,
  request: ApiRequest,
): ApiResponse {
  if (cors === undefined) return response;
  const own = response.headers.filter(([name]) => !name.toLowerCase().startsWith('access-control-'));
  const headers = originHeaders(cors, request);
  const exposed = (cors.ExposeHeaders ?? []).join(',');
  const more =
    headers.length === 0 || exposed === '' ? [] : [['access-control-expose-headers', exposed] as const];
  return { ...response, headers: [...own, ...headers, ...more] };
}

function originHeaders(
  { AllowOrigins = [], AllowCredentials = false }: CorsConfiguration,
  request: ApiRequest,
): (readonly [string, string])[] {
  const origin = header(request, 'origin');
  if (origin === undefined || !AllowOrigins.some((allowed) => allows(allowed, origin))) return [];
  const isAny = AllowOrigins.includes('*') && !AllowCredentials;
  return [
    ['access-control-allow-origin', isAny ? '*' : origin],
    ...(isAny ? [] : ([['vary', 'Origin']] as const)),
    ...(AllowCredentials ? ([['access-control-allow-credentials', 'true']] as const) : []),
  ];
}

/** An origin, `*`, or every origin of a scheme, `https://*`. */
function allows(allowed: string, origin: string): boolean {
  return (
    allowed === '*' ||
    allowed === origin ||
    (/^https?:\/\/\*$/.test(allowed) && origin.startsWith(allowed.slice(0, -1)))
  );
}
