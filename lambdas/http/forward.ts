import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Upstream } from '../contract/upstream.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { counted, observe } from '../kernel/metrics.ts';
import { Problem } from '../kernel/problem.ts';
import type { Signer } from '../signing/signer.ts';
import { type UpstreamFor, upstreamFor } from '../upstream/choice.ts';
import { CircuitBreaker } from '../upstream/circuit-breaker.ts';
import { Connections, type UpstreamRequest } from '../upstream/connections.ts';
import type { Header } from '../upstream/header-table.ts';
import { requestHeaders, responseHeaders } from '../upstream/headers.ts';
import type { PublicUrl } from '../upstream/public-url.ts';
import type { HttpRequest } from './event.ts';
import { callerOf } from './identity.ts';
import { originHeaders } from './origin.ts';
import { type Rendering, rateLimitHeaders, respond } from './respond.ts';
import type { Answer } from './serve.ts';

/** Bytes of a body, either way: as base64 they leave room for the rest of an event within Lambda's 6 MiB. */
const MAX_BODY_BYTES = 4_500_000;

/** Bytes of a body that the echo says back. */
const ECHOED_BODY_BYTES = 64 * 1024;

/** The echo's `Host`: it stands for that of an upstream that there is not yet. */
const NO_UPSTREAM = 'your-upstream';

export interface ForwarderOptions {
  readonly signer: Signer;
  readonly rendering: Rendering;
  readonly clock: Clock;
  /** Of the API's public URL: API Gateway's is https. */
  readonly protocol: PublicUrl['protocol'];
}

/** Carries calls to the team's API, or without one answers with what it would have been sent. */
export function forwarder({ signer, rendering, clock, protocol }: ForwarderOptions): Answer {
  const upstreams = upstreamFor(rendering.deployment.upstreams);
  const makeCall = new Map(rendering.deployment.upstreams.map((upstream) => [upstream, callsTo(upstream)]));
  return async (request) => {
    const caller = callerOf(request.context);
    if (request.body.length > MAX_BODY_BYTES) {
      throw new Problem('payload_too_large', { message: 'The body must have at most 4.5 MB.' });
    }
    const { host, prefix } = request;
    const publicUrl = { protocol, host, prefix };
    const upstream = upstreams(request.path);
    const call = await upstreamRequest(request, { caller, signer, publicUrl, upstream });
    const make = upstream && makeCall.get(upstream);
    if (upstream === undefined || make === undefined)
      return { result: echo(call, caller, request, rendering), route: 'upstream', caller };
    const { status, headers, body } = await make(call);
    if (body === TOO_LARGE)
      throw new Problem('upstream_failed', { cause: 'the response is larger than 4.5 MB' });
    const { Vary: vary, ...origin } = originHeaders(
      request.headers,
      rendering.deployment.cors,
      exposedBy(headers),
    );
    const own = Object.entries({
      ...origin,
      'x-request-id': request.requestId,
      ...rateLimitHeaders(request.context),
    });
    const place = { upstreamUrl: upstream.url, publicUrl, sharesOrigin: upstream.sharesOrigin, now: clock() };
    const passed = responseHeaders(headers, place);
    const result = {
      statusCode: status,
      multiValueHeaders: {
        ...passed,
        ...(vary === undefined ? {} : { vary: [...(passed.vary ?? []), vary] }),
        ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), [value]])),
      },
      body: body.toString('base64'),
      isBase64Encoded: true,
    };
    return { result, route: 'upstream', caller };
  };
}

/** The request that the upstream is sent, or that the echo shows. */
/** Headers of an upstream's answer that it lets scripts read: theirs, and ours besides. */
function exposedBy(headers: readonly Header[]): readonly string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'access-control-expose-headers')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

async function upstreamRequest(
  request: HttpRequest,
  {
    caller,
    signer,
    publicUrl,
    upstream,
  }: {
    readonly caller: Caller;
    readonly signer: Signer;
    readonly publicUrl: PublicUrl;
    readonly upstream: ReturnType<UpstreamFor>;
  },
): Promise<UpstreamRequest> {
  const { method, path, requestId, address, body, httpVersion } = request;
  // Content of GET and HEAD has no meaning (RFC 9110, 9.3.1): a server that leaves it unread takes it for the next request.
  if ((method === 'GET' || method === 'HEAD') && body.length > 0) {
    throw new Problem('malformed_request', { message: `A ${method} request must not have a body.` });
  }
  const assertion = await signer.assertion({
    sub: principalOf(caller),
    ...(caller.kind === 'user' && caller.clientId !== undefined ? { client_id: caller.clientId } : {}),
    tenant: caller.tenantId,
    workspace: caller.workspaceId,
    scopes: caller.scopes.join(' '),
    environment: caller.environment,
    client_address: address,
    method,
    path,
    request_id: requestId,
  });
  const told = { caller, requestId, assertion, address, publicUrl, httpVersion };
  const base = upstream === undefined ? undefined : new URL(upstream.url);
  const framing: readonly Header[] = [
    ['host', base?.host ?? NO_UPSTREAM],
    ['connection', 'keep-alive'],
    // RFC 9110, 8.6: also of nothing, where the method expects content.
    ...(body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method)
      ? [['content-length', String(body.length)] as const]
      : []),
  ];
  return {
    method,
    path: (base?.pathname ?? '').replace(/\/$/, '') + path + queryText(request.query),
    headers: [...framing, ...requestHeaders(request.headers, told)],
    body,
  };
}

/** API Gateway hands a query on decoded: encoded again its values are the same, and its spelling may be another. */
function queryText(query: HttpRequest['query']): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** The echo, for a team without an upstream: its own call, and the identity that the front door adds. */
function echo(
  call: UpstreamRequest,
  caller: Caller,
  request: HttpRequest,
  rendering: Rendering,
): APIGatewayProxyResult {
  const body = {
    message: 'No upstream is configured. This is what it would have been sent.',
    tenant_id: caller.tenantId,
    workspace_id: caller.workspaceId,
    principal: principalOf(caller),
    scopes: caller.scopes,
    environment: caller.environment,
    request: {
      method: call.method,
      path: call.path,
      headers: byName(call.headers),
      // JSON may make six bytes of one, and an answer has to fit into Lambda's 6 MB.
      body: call.body.subarray(0, ECHOED_BODY_BYTES).toString('utf8'),
      body_bytes: call.body.length,
    },
  };
  return respond({ status: 200, body: JSON.stringify(body) }, request, rendering);
}

/** Headers by name; of a name that comes more than once, the list of its values. */
function byName(headers: readonly Header[]): Record<string, string | readonly string[]> {
  const values = Map.groupBy(headers, ([name]) => name);
  return Object.fromEntries(
    [...values].map(([name, all]) => {
      const texts = all.map(([, value]) => value);
      return [name, texts.length === 1 ? (texts[0] ?? '') : texts];
    }),
  );
}

/** The body of a response that does not fit into an answer. */
const TOO_LARGE = Symbol('too large');

interface UpstreamAnswer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer | typeof TOO_LARGE;
}

/** Makes the calls to one upstream: one request and its whole response, unless its circuit is open. */
function callsTo(upstream: Upstream): (call: UpstreamRequest) => Promise<UpstreamAnswer> {
  const { name, url, timeoutSeconds, circuitBreaker } = upstream;
  const connections = new Connections(url);
  const make = (call: UpstreamRequest) => exchange(connections, call, timeoutSeconds);
  if (circuitBreaker === null) return make;
  const breaker = new CircuitBreaker(circuitBreaker, () =>
    observe({
      metrics: counted('CircuitsOpened'),
      dimensions: { outcome: 'failed' },
      fields: { level: 'ERROR', upstream: name || 'upstream' },
    }),
  );
  return (call) => breaker.call(() => make(call));
}

/** Throws `upstream_timeout` or `upstream_failed`. */
async function exchange(
  connections: Connections,
  call: UpstreamRequest,
  timeoutSeconds: number,
): Promise<UpstreamAnswer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutSeconds * 1000);
  try {
    const response = await connections.send(call, deadline.signal);
    const body = await bodyOf(response);
    return { status: response.statusCode ?? 0, headers: headersOf(response), body };
  } catch (cause) {
    throw new Problem(deadline.signal.aborted ? 'upstream_timeout' : 'upstream_failed', { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer | typeof TOO_LARGE> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_BODY_BYTES) return TOO_LARGE;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** Names and values as they were received, in their order. */
function headersOf({ rawHeaders }: IncomingMessage): readonly Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ]);
}
