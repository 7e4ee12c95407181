import type { APIGatewayProxyResult } from 'aws-lambda';
import { EXPOSED_HEADERS } from '../contract/cors.ts';
import type { Deployment } from '../contract/deployment.ts';
import { ERRORS } from '../contract/errors.ts';
import { errorCodeOf, type Profile } from '../contract/profile.ts';
import { RATE_LIMIT_HEADERS } from '../contract/rate-limit-headers.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Route } from '../kernel/route.ts';
import type { HttpRequest } from './event.ts';
import { oauthErrorBody, registrationProblem } from './oauth-error.ts';

/** The settings by which every response is rendered. */
export interface Rendering {
  readonly profile: Profile;
  readonly deployment: Deployment;
}

/** A response with the headers that all have. Nothing of ours is cached unless it says so itself. */
export function respond(
  {
    status,
    body,
    headers = {},
  }: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  request: HttpRequest,
  { deployment }: Rendering,
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      ...(body === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Access-Control-Allow-Origin': deployment.allowedOrigin,
      'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      'X-Request-ID': request.requestId,
      ...rateLimitHeaders(request.context),
      ...headers,
    },
    body,
    isBase64Encoded: false,
  };
}

/** The caller's allowance as the authorizer counted it; nothing where nobody was recognised. */
export function rateLimitHeaders(context: HttpRequest['context']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(RATE_LIMIT_HEADERS).flatMap(([header, field]) => {
      const value = context?.[field];
      return typeof value === 'string' ? [[header, value]] : [];
    }),
  );
}

/** The one place where errors become responses; those of an OAuth endpoint are the standard's. */
export function respondProblem(
  problem: Problem,
  request: HttpRequest,
  rendering: Rendering,
  oauth: Route['oauth'] | false = false,
): APIGatewayProxyResult {
  const { status } = ERRORS[problem.code];
  const body = oauth
    ? oauthErrorBody(oauth === 'registration' ? registrationProblem(problem) : problem, request.requestId)
    : profileErrorBody(problem, request, rendering.profile);
  const { retryAfterSeconds, allow } = problem;
  const headers = {
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    ...(allow === undefined ? {} : { Allow: allow.join(', ') }),
  };
  return respond({ status, body: JSON.stringify(body), headers }, request, rendering);
}

function profileErrorBody(problem: Problem, { requestId }: HttpRequest, profile: Profile): unknown {
  const { status, type, title } = ERRORS[problem.code];
  return profile.errorBody({
    status,
    type,
    title,
    code: errorCodeOf(profile, problem.code),
    message: problem.message,
    requestId,
    fields: problem.fields,
  });
}
