import { RATE_LIMIT_HEADERS, rateLimitHeaders } from '../contract/rate-limit-headers.ts';
import { type ErrorShape, errorFieldsOf, filledErrorBody } from '../contract/verify-settings.ts';
import { callerOf } from '../http/identity.ts';
import { Problem } from '../kernel/problem.ts';
import { type Identity, identityOfCaller } from './identity.ts';

/** A request that may go on. */
export interface Verified {
  readonly isVerified: true;
  /** Absent of what takes no credential: a public route, and a CORS preflight where those go on. */
  readonly identity?: Identity;
  /** For the answer: the caller's allowance. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that ends here, and its answer. */
export interface Refusal {
  readonly isVerified: false;
  readonly status: number;
  /** The profile's name of the error. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** The decision on a request, as the authorizer writes it for the function behind. */
export type DecisionFields = Readonly<Record<string, unknown>>;

/**
 * What follows of a decision: the identity, or the answer to who is refused. A decision that is none of ours is a 500: what
 * should have decided has not.
 */
export function outcomeOf(
  fields: DecisionFields | null | undefined,
  shape: ErrorShape,
  more: { readonly tier?: string; readonly requestId?: string } = {},
): Verified | Refusal {
  const { callId = more.requestId } = fields ?? {};
  const requestId = typeof callId === 'string' ? callId : '';
  if (typeof fields?.outcome !== 'string') {
    const cause = 'No decision has come with the request: its route is not protected.';
    return refusalOf(new Problem('internal', { cause }), requestId, shape);
  }
  try {
    const tier = more.tier === undefined ? {} : { tier: more.tier };
    const identity = identityOfCaller(callerOf(fields), { requestId, limit: limitOf(fields), ...tier });
    return { isVerified: true, identity, headers: rateLimitHeaders(fields) };
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
    return refusalOf(problem, requestId, shape, fields);
  }
}

/** The answer to a request that ends here. */
export function refusalOf(
  problem: Problem,
  requestId: string,
  { profile, errorBody }: ErrorShape,
  fields: DecisionFields = {},
): Refusal {
  const { status, code, message, retryAfterSeconds, allow } = problem;
  const error = errorFieldsOf(profile, code, message, requestId);
  const challenge = challengeOf(problem, fields.challenge);
  return {
    isVerified: false,
    status,
    code: String(error.code),
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-ID': requestId,
      ...rateLimitHeaders(fields),
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(allow === undefined ? {} : { Allow: allow.join(', ') }),
    },
    body: JSON.stringify(filledErrorBody(errorBody, error)),
  };
}

/** How to come back (RFC 9110, 11.6.1; RFC 6750, 3): as the decision says it, or the least that may be said. */
function challengeOf({ status }: Problem, said: unknown): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  if (typeof said === 'string' && said !== '') return said;
  return status === 401 ? 'Bearer' : 'Bearer error="insufficient_scope"';
}

function limitOf(fields: DecisionFields) {
  const [limit, remaining, resetAt] = [
    RATE_LIMIT_HEADERS['X-RateLimit-Limit'],
    RATE_LIMIT_HEADERS['X-RateLimit-Remaining'],
    RATE_LIMIT_HEADERS['X-RateLimit-Reset'],
  ].map((name) => (fields[name] === undefined ? Number.NaN : Number(fields[name])));
  if (limit === undefined || remaining === undefined || resetAt === undefined || Number.isNaN(limit))
    return null;
  return { limit, remaining, resetAt };
}
