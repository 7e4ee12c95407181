import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Deployment } from '../contract/deployment.ts';
import { ERRORS } from '../contract/errors.ts';
import { errorCodeOf, type Profile } from '../contract/profile.ts';
import { rateLimitHeaders } from '../contract/rate-limit-headers.ts';
import type { HostCookie } from '../kernel/host-cookie.ts';
import type { Problem } from '../kernel/problem.ts';
import { WithCookies } from '../kernel/results.ts';
import type { Route } from '../kernel/route.ts';
import { errorPage } from '../pages/error-page.ts';
import { type PageSettings, pageContext } from '../pages/page.ts';
import { cookieSuffix, setCookie } from './cookies.ts';
import { acceptLanguage, type HttpRequest } from './event.ts';
import { oauthErrorBody, registrationProblem } from './oauth-error.ts';
import { originHeaders } from './origin.ts';

/** The settings by which every response is rendered. */
export interface Rendering {
  readonly profile: Profile;
  readonly deployment: Deployment;
  /** Of functions that serve pages. */
  readonly pages?: PageSettings;
}

/** A response with the headers that all have. Nothing of ours is cached unless it says so itself. */
export function respond(
  {
    status,
    body,
    headers = {},
    cookies = [],
    isPage = false,
  }: {
    readonly status: number;
    /** Bytes go as they are: API Gateway decodes them. */
    readonly body: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
    readonly cookies?: readonly HostCookie[];
    /** A page is for people: no script of another site reads it. */
    readonly isPage?: boolean | undefined;
  },
  request: HttpRequest,
  { deployment, pages }: Rendering,
): APIGatewayProxyResult {
  const suffix = pages === undefined ? '' : cookieSuffix(pages.url);
  const multiValueHeaders = { 'Set-Cookie': cookies.map((cookie) => setCookie(cookie, suffix)) };
  return {
    statusCode: status,
    headers: {
      ...(body.length === 0 ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(isPage ? {} : originHeaders(request.headers, deployment.cors)),
      'X-Request-ID': request.requestId,
      ...rateLimitHeaders(request.context),
      ...headers,
    },
    ...(cookies.length === 0 ? {} : { multiValueHeaders }),
    body: typeof body === 'string' ? body : Buffer.from(body).toString('base64'),
    isBase64Encoded: typeof body !== 'string',
  };
}

/** The one place where errors become responses; those of an OAuth endpoint are the standard's, and those of pages are pages. */
export function respondProblem(
  problem: Problem,
  request: HttpRequest,
  rendering: Rendering,
  route: Pick<Route, 'oauth' | 'page'> = {},
): APIGatewayProxyResult {
  const { status } = ERRORS[problem.code];
  const { retryAfterSeconds, allow, acceptEncoding } = problem;
  const headers = {
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    ...(allow === undefined ? {} : { Allow: allow.join(', ') }),
    ...(acceptEncoding === undefined ? {} : { 'Accept-Encoding': acceptEncoding }),
  };
  if (route.page === true && rendering.pages !== undefined) {
    const { page, cookies } = pageOf(problem, request, rendering.pages);
    const html = { 'Content-Type': 'text/html; charset=utf-8', ...page.headers };
    return respond(
      { status, body: page.html, headers: { ...html, ...headers }, cookies, isPage: true },
      request,
      rendering,
    );
  }
  const { oauth } = route;
  const body =
    oauth === undefined
      ? profileErrorBody(problem, request, rendering.profile)
      : oauthErrorBody(oauth === 'registration' ? registrationProblem(problem) : problem, request.requestId);
  return respond(
    { status, body: JSON.stringify(Object.assign({}, body, problem.members)), headers },
    request,
    rendering,
  );
}

/** The page of a problem: its own, or the general one. */
function pageOf(problem: Problem, request: HttpRequest, pages: PageSettings) {
  const { code, status, message, retryAfterSeconds, page } = problem;
  if (page instanceof WithCookies) return { page: page.result, cookies: page.cookies };
  if (page !== undefined) return { page, cookies: [] };
  const { requestId, query } = request;
  const context = pageContext(pages, { acceptLanguage: acceptLanguage(request) }, query.ui_locales?.[0]);
  return {
    page: errorPage(context, { code, status, message, requestId, retryAfterSeconds }),
    cookies: [],
  };
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
