import type { IncomingMessage } from 'node:http';
import { rateLimitHeaders } from '../contract/rate-limit-headers.ts';
import type { Upstream } from '../contract/upstream.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { headerValues } from '../kernel/headers.ts';
import { counted, observe } from '../kernel/metrics.ts';
import { Problem } from '../kernel/problem.ts';
import type { Signer } from '../signing/signer.ts';
import type { UpstreamChoice } from '../upstream/choice.ts';
import { CircuitBreaker } from '../upstream/circuit-breaker.ts';
import type { UpstreamRequest } from '../upstream/connections.ts';
import type { Header } from '../upstream/header-table.ts';
import { type Identity, requestHeaders, responseHeaders } from '../upstream/headers.ts';
import { observedRule } from '../upstream/observed-rule.ts';
import type { PublicUrl } from '../upstream/public-url.ts';
import { assertionClaims } from './assertion.ts';
import type { HttpRequest } from './event.ts';
import { callerOf, isObserved } from './identity.ts';
import { originHeaders } from './origin.ts';
import type { Rendering } from './respond.ts';

/** Bytes of a body, either way: as base64 they leave room for the rest of an event within Lambda's 6 MiB. */
export const MAX_BODY_BYTES = 4_500_000;

/** The echo's `Host`: it stands for that of an upstream that there is not yet. */
const NO_UPSTREAM = 'your-upstream';

export interface ForwarderOptions {
  readonly signer: Signer;
  readonly rendering: Rendering;
  readonly clock: Clock;
  /** Of the API's public URL: API Gateway's is https. */
  readonly protocol: PublicUrl['protocol'];
}

/** A caller's request made into one for the upstream. */
export interface UpstreamCall {
  /** Undefined of who is not proven, where a path rule is observed. */
  readonly caller: Caller | undefined;
  /** Undefined where none serves the path. */
  readonly upstream: Upstream | undefined;
  readonly publicUrl: PublicUrl;
  /** Sent to the upstream, or shown by the echo. */
  readonly request: UpstreamRequest;
}

/** Makes calls of requests. The result throws a `Problem` for a request that goes nowhere. */
export function upstreamCalls(
  { signer, protocol, clock, rendering }: ForwarderOptions,
  upstreams: UpstreamChoice,
): (request: HttpRequest) => Promise<UpstreamCall> {
  const identityOf = async (caller: Caller, call: HttpRequest): Promise<Identity> => ({
    caller,
    assertion: await signer.assertion(assertionClaims(caller, call)),
  });
  return async (request) => {
    const { method, path, requestId, address, body, httpVersion, host, prefix, trace } = request;
    const { pathScopes } = rendering.deployment;
    const passesCredential = observedRule(method, path, pathScopes, clock()) !== undefined;
    // The second lock: whatever the context says, nobody passes without an identity where no rule of ours lets them.
    const caller = passesCredential && isObserved(request.context) ? undefined : callerOf(request.context);
    requireContent(request);
    requireNoCircle(request);
    const identity = caller && (await identityOf(caller, request));
    const publicUrl = { protocol, host, prefix };
    const told = {
      identity,
      passesCredential,
      requestId,
      address,
      publicUrl,
      httpVersion,
      trace: trace.lines,
    };
    const upstream = upstreams.of(path, caller);
    const base = upstream && urlOf(upstream);
    return {
      caller,
      upstream,
      publicUrl,
      request: {
        method,
        path: (base?.pathname ?? '').replace(/\/$/, '') + path + queryText(request.query),
        headers: [
          ...framing(base?.host ?? NO_UPSTREAM, method, body),
          ...requestHeaders(request.headers, told),
        ],
        body,
      },
    };
  };
}

/** Where an upstream is; undefined of a function. Throws for one that API Gateway calls itself: no call comes here. */
function urlOf({ name, target }: Upstream): URL | undefined {
  if (target.kind === 'http') throw new Error(`The upstream ${name} is called by API Gateway itself.`);
  return target.kind === 'url' ? new URL(target.url) : undefined;
}

function requireContent({ method, body }: HttpRequest): void {
  if (body.length > MAX_BODY_BYTES) {
    throw new Problem('payload_too_large', { message: 'The body must have at most 4.5 MB.' });
  }
  // Content of GET and HEAD has no meaning (RFC 9110, 9.3.1): a server that leaves it unread takes it for the next request.
  if ((method === 'GET' || method === 'HEAD') && body.length > 0) {
    throw new Problem('malformed_request', { message: `A ${method} request must not have a body.` });
  }
}

/** Other deployments may stand in a row, each with its `Via`; more of them than anybody has is a circle (RFC 9110, 7.6). */
const MAX_DOORS = 5;

function requireNoCircle({ headers }: HttpRequest): void {
  const doors =
    headerValues(headers, 'via')
      .join()
      .match(/\blatchkey\b/gi) ?? [];
  if (doors.length > MAX_DOORS)
    throw new Problem('upstream_failed', {
      cause: `the request has come through Latchkey ${doors.length} times: an upstream leads back to it`,
    });
}

function framing(host: string, method: string, body: Buffer): readonly Header[] {
  return [
    ['host', host],
    ['connection', 'keep-alive'],
    // RFC 9110, 8.6: also of nothing, where the method expects content.
    ...(body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method)
      ? [['content-length', String(body.length)] as const]
      : []),
  ];
}

/** API Gateway hands a query on decoded: encoded again its values are the same, and its spelling may be another. */
function queryText(query: HttpRequest['query']): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Calls to an upstream through its circuit breaker, where it has one. */
export function circuitOf({ name, circuitBreaker }: Upstream): Pick<CircuitBreaker, 'call'> {
  if (circuitBreaker === null) return { call: (make) => make() };
  return new CircuitBreaker(circuitBreaker, () =>
    observe({
      metrics: counted('CircuitsOpened'),
      dimensions: { outcome: 'failed' },
      fields: { level: 'ERROR', upstream: name || 'upstream' },
    }),
  );
}

/** Status and headers of an upstream's answer as the caller gets them. */
export function answerHead(
  response: AnswerLines,
  { publicUrl }: UpstreamCall,
  { target, sharesOrigin }: Upstream,
  {
    rendering,
    clock,
    request,
  }: Pick<ForwarderOptions, 'rendering' | 'clock'> & { readonly request: HttpRequest },
): { readonly statusCode: number; readonly multiValueHeaders: Record<string, string[]> } {
  const { Vary: vary, ...origin } = originHeaders(
    request.headers,
    rendering.deployment.cors,
    exposedBy(response.headers),
  );
  const own = Object.entries({
    ...origin,
    'x-request-id': request.requestId,
    ...rateLimitHeaders(request.context),
  });
  const upstreamUrl = target.kind === 'url' ? target.url : null;
  const place = { upstreamUrl, publicUrl, sharesOrigin, now: clock() };
  const passed = responseHeaders(response.headers, place);
  return {
    statusCode: response.status,
    multiValueHeaders: {
      ...passed,
      ...(vary === undefined ? {} : { vary: [...(passed.vary ?? []), vary] }),
      ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), [value]])),
    },
  };
}

/** Headers of an upstream's answer that it lets scripts read: theirs, and ours besides. */
function exposedBy(headers: readonly Header[]): readonly string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'access-control-expose-headers')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Status and header lines of an answer, in their order. */
export interface AnswerLines {
  readonly status: number;
  readonly headers: readonly Header[];
}

/** Those of a response as they were received. */
export function linesOf({ statusCode = 0, rawHeaders }: IncomingMessage): AnswerLines {
  const headers = Array.from(
    { length: rawHeaders.length / 2 },
    (_, index): Header => [rawHeaders[2 * index] ?? '', rawHeaders[2 * index + 1] ?? ''],
  );
  return { status: statusCode, headers };
}
