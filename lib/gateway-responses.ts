import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Cors } from '../lambdas/contract/cors.ts';
import { BUSY_SECONDS, ERRORS, type ErrorCode } from '../lambdas/contract/errors.ts';
import { type ErrorView, errorCodeOf, type Profile } from '../lambdas/contract/profile.ts';
import { RATE_LIMIT_HEADERS } from '../lambdas/contract/rate-limit-headers.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { WINDOW_SECONDS } from '../lambdas/plans/allowance.ts';
import { originHeaders } from './cors.ts';

/** An answer of API Gateway's own: which of its failures, and the error that the caller sees. */
interface Answer extends Pick<ErrorView, 'status' | 'type' | 'code' | 'title' | 'message'> {
  readonly responseType: ResponseType;
  /** Whether the authorizer has always run, so that its context can be referred to. */
  readonly authorized: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds until a repetition can succeed, the same for all. */
  readonly busySeconds?: number;
  /** Headers where none can be mapped from the context. */
  readonly fixedHeaders?: Readonly<Record<string, string>>;
}

/**
 * The failures that are the same whoever calls. An AWS signature is looked at only where no route is, so that what is
 * wrong with it is the path. REQUEST_TOO_LARGE is not here: API Gateway does not let it be changed.
 */
const PLAIN: ReadonlyMap<ResponseType, ErrorCode> = new Map([
  [ResponseType.UNAUTHORIZED, 'missing_credential'],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 'not_found'],
  [ResponseType.RESOURCE_NOT_FOUND, 'not_found'],
  [ResponseType.EXPIRED_TOKEN, 'not_found'],
  [ResponseType.INVALID_SIGNATURE, 'not_found'],
  [ResponseType.BAD_REQUEST_BODY, 'malformed_request'],
  [ResponseType.BAD_REQUEST_PARAMETERS, 'malformed_request'],
  [ResponseType.WAF_FILTERED, 'malformed_request'],
  [ResponseType.DEFAULT_4XX, 'malformed_request'],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, 'unsupported_media_type'],
  // Which of the two an authorizer's failure takes is not documented: they answer alike.
  [ResponseType.AUTHORIZER_FAILURE, 'internal'],
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, 'internal'],
  [ResponseType.API_CONFIGURATION_ERROR, 'internal'],
  [ResponseType.DEFAULT_5XX, 'internal'],
  // A function of ours did not answer: it was throttled, or failed before it could say anything.
  [ResponseType.INTEGRATION_FAILURE, 'unavailable'],
  [ResponseType.INTEGRATION_TIMEOUT, 'upstream_timeout'],
]);

/** Failures of these types can come before an authorizer has run, or without one, and after it. */
const PERHAPS_COUNTED: ReadonlySet<ResponseType> = new Set([
  ResponseType.BAD_REQUEST_BODY,
  ResponseType.BAD_REQUEST_PARAMETERS,
  ResponseType.DEFAULT_4XX,
  ResponseType.UNSUPPORTED_MEDIA_TYPE,
  ResponseType.API_CONFIGURATION_ERROR,
  ResponseType.DEFAULT_5XX,
  ResponseType.INTEGRATION_FAILURE,
  ResponseType.INTEGRATION_TIMEOUT,
]);

/** The caller's allowance out of the authorizer's context. A field that is not there makes no header. */
const COUNTED = Object.fromEntries(
  Object.entries(RATE_LIMIT_HEADERS).map(([header, field]) => [header, `context.authorizer.${field}`]),
);

export interface GatewayResponsesProps {
  readonly profile: Profile;
  readonly cors: Cors;
  /** `WWW-Authenticate` of every 401, and the beginning of every 403's. */
  readonly challenge: string;
  /** Whether the authorizer says the challenge of what it refuses. */
  readonly challengesFromContext: boolean;
  /** Whether headers are mapped from the context of the call. */
  readonly contextHeaders: boolean;
}

/**
 * How a 401 says to come back (RFC 9110, 11.6.1), and where a client learns who issues tokens (RFC 9728, 5.1). A static
 * header of a gateway response is one text for all calls, so that it names the API's metadata, not the path's.
 */
export function challengeOf(url: string, rows: readonly ApiRow[]): string {
  const path = resourceMetadataPath(rows);
  return path === null ? 'Bearer' : `Bearer resource_metadata="${url}${path}"`;
}

/** The path of the metadata of the API as a protected resource; null where the profile has none. */
export function resourceMetadataPath(rows: readonly ApiRow[]): string | null {
  return rows.find((row) => row.kind === 'route' && row.route.id === 'getProtectedResource')?.path ?? null;
}

/** Gives an API every answer of its own in the profile's shape. */
export function addGatewayResponses(
  api: RestApi,
  { profile, cors, challenge, challengesFromContext, contextHeaders }: GatewayResponsesProps,
): void {
  const challenges: Readonly<Record<number, string>> = {
    401: challenge,
    // Both lead on by parameters: one that knows no metadata has none yet (RFC 9110, 11.2).
    403: `${challenge}${challenge.includes('=') ? ',' : ''} error="insufficient_scope"`,
  };
  for (const answer of answers(profile)) {
    // The plain request id can be chosen by callers, and so could break out of the body's JSON.
    const requestId = answer.authorized ? 'context.authorizer.callId' : 'context.extendedRequestId';
    const body = profile.errorBody({ ...answer, requestId: `$${requestId}`, fields: [] });
    api.addGatewayResponse(answer.responseType.responseType, {
      type: answer.responseType,
      statusCode: `${answer.status}`,
      responseHeaders: {
        ...originHeaders(cors),
        ...(challenges[answer.status] === undefined
          ? {}
          : {
              'WWW-Authenticate':
                challengesFromContext && answer.authorized
                  ? 'context.authorizer.challenge'
                  : `'${challenges[answer.status]}'`,
            }),
        ...(answer.busySeconds === undefined ? {} : { 'Retry-After': `'${answer.busySeconds}'` }),
        ...(contextHeaders ? { 'X-Request-ID': requestId, ...answer.headers } : answer.fixedHeaders),
      },
      templates: { 'application/json': JSON.stringify(body) },
    });
  }
}

function answers(profile: Profile): readonly Answer[] {
  const plain = [...PLAIN].map(([responseType, code]): Answer => {
    const { status, type, title, message } = ERRORS[code];
    return {
      responseType,
      authorized: false,
      status,
      type,
      title,
      message,
      code: errorCodeOf(profile, code),
      ...(PERHAPS_COUNTED.has(responseType) ? { headers: COUNTED } : {}),
      ...(status === 503 ? { busySeconds: BUSY_SECONDS } : {}),
    };
  });
  return [...plain, ...refusals(), ...overLimits(profile)];
}

/** The authorizer's refusals: it says in its context which one it is. */
function refusals(): readonly Answer[] {
  const said = {
    authorized: true,
    code: '$context.authorizer.code',
    title: '$context.authorizer.title',
    message: '$context.authorizer.message',
  };
  return [
    {
      ...said,
      responseType: ResponseType.ACCESS_DENIED,
      status: 401,
      type: 'authentication_error',
    },
    {
      ...said,
      responseType: ResponseType.INVALID_API_KEY,
      status: 403,
      type: 'authorization_error',
      headers: COUNTED,
    },
  ];
}

/**
 * Over a limit of one's own or of a plan. Where the account is throttled before the authorizer runs, the hint and the
 * request id are empty, and the text still reads right.
 */
function overLimits(profile: Profile): readonly Answer[] {
  const { status, type, title, message } = ERRORS.rate_limited;
  const said = { authorized: true, status, type, title, code: errorCodeOf(profile, 'rate_limited') };
  return [
    {
      ...said,
      responseType: ResponseType.THROTTLED,
      message: `${message}$context.authorizer.retryHint`,
      headers: { ...COUNTED, 'Retry-After': 'context.authorizer.retryAfter' },
      // By then a new window has begun, whenever this one did.
      fixedHeaders: { 'Retry-After': `'${WINDOW_SECONDS}'` },
    },
    {
      ...said,
      responseType: ResponseType.QUOTA_EXCEEDED,
      message: 'Monthly quota exceeded.$context.authorizer.quotaRetryHint',
      headers: { ...COUNTED, 'Retry-After': 'context.authorizer.quotaRetryAfter' },
      // The body says when the month ends; a client that reads no body asks once an hour.
      fixedHeaders: { 'Retry-After': "'3600'" },
    },
  ];
}
