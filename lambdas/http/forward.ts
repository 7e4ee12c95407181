import type { APIGatewayProxyResult } from 'aws-lambda';
import { EXPOSED_HEADERS } from '../contract/cors.ts';
import type { Deployment } from '../contract/deployment.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import type { Signer } from '../signing/signer.ts';
import { responseHeaders, upstreamHeaders } from '../upstream/headers.ts';
import type { HttpRequest } from './event.ts';
import { callerOf } from './identity.ts';
import { type Rendering, rateLimitHeaders, respond } from './respond.ts';
import type { Answer } from './serve.ts';

/** Bytes of a body, either way: as base64 they leave room for the rest of an event within Lambda's 6 MiB. */
const MAX_BODY_BYTES = 4_500_000;

/** Bytes of a body that the echo says back. */
const ECHOED_BODY_BYTES = 64 * 1024;

/** Milliseconds for the upstream: API Gateway waits 29 seconds, and our answer must still arrive. */
const UPSTREAM_TIMEOUT_MS = 27_000;

/** A call as it goes on to the upstream. */
interface UpstreamCall {
  readonly method: string;
  readonly pathAndQuery: string;
  readonly headers: readonly [string, string][];
  readonly body: Buffer;
}

/** Carries calls to the team's API, or without one answers with what it would have been sent. */
export function forwarder(signer: Signer, rendering: Rendering, clock: Clock): Answer {
  const { upstreamUrl } = rendering.deployment;
  return async (request) => {
    const caller = callerOf(request.context);
    if (request.body.length > MAX_BODY_BYTES) {
      throw new Problem('payload_too_large', { message: 'The body must have at most 4.5 MB.' });
    }
    const call = await upstreamCall(request, caller, signer);
    const result =
      upstreamUrl === null
        ? echo(call, caller, request, rendering)
        : await send(upstreamUrl, call, request, { deployment: rendering.deployment, clock });
    return { result, route: 'upstream', caller };
  };
}

async function upstreamCall(request: HttpRequest, caller: Caller, signer: Signer): Promise<UpstreamCall> {
  const { method, path, requestId } = request;
  const assertion = await signer.assertion({
    sub: principalOf(caller),
    ...(caller.kind === 'user' && caller.clientId !== undefined ? { client_id: caller.clientId } : {}),
    tenant: caller.tenantId,
    workspace: caller.workspaceId,
    scopes: caller.scopes.join(' '),
    environment: caller.environment,
    method,
    path,
    request_id: requestId,
  });
  const query = new URLSearchParams(
    Object.entries(request.query).flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  ).toString();
  return {
    method,
    pathAndQuery: query === '' ? path : `${path}?${query}`,
    headers: upstreamHeaders(request.headers, caller, requestId, assertion),
    body: request.body,
  };
}

/** The echo, for a team without an upstream: its own call, and the identity that the front door adds. */
function echo(
  call: UpstreamCall,
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
      path: call.pathAndQuery,
      headers: Object.fromEntries(call.headers),
      // JSON may make six bytes of one, and an answer has to fit into Lambda's 6 MB.
      body: call.body.subarray(0, ECHOED_BODY_BYTES).toString('utf8'),
      body_bytes: call.body.length,
    },
  };
  return respond({ status: 200, body: JSON.stringify(body) }, request, rendering);
}

async function send(
  upstreamUrl: string,
  { method, pathAndQuery, headers, body }: UpstreamCall,
  request: HttpRequest,
  { deployment, clock }: { readonly deployment: Deployment; readonly clock: Clock },
): Promise<APIGatewayProxyResult> {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  if (!hasBody && body.length > 0) {
    throw new Problem('malformed_request', { message: `A ${method} request must not have a body.` });
  }
  const { response, bytes } = await fetchUpstream(`${upstreamUrl}${pathAndQuery}`, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
    redirect: 'manual',
    signal: AbortSignal.timeout(UPSTREAM_TIMEOUT_MS),
  });
  if (bytes.length > MAX_BODY_BYTES)
    throw new Problem('upstream_failed', { cause: 'the response is larger than 4.5 MB' });
  const own = Object.entries({
    'access-control-allow-origin': deployment.allowedOrigin,
    'access-control-expose-headers': EXPOSED_HEADERS,
    'x-request-id': request.requestId,
    ...rateLimitHeaders(request.context),
  });
  return {
    statusCode: response.status,
    multiValueHeaders: {
      ...responseHeaders(response, clock()),
      ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), [value]])),
    },
    body: bytes.toString('base64'),
    isBase64Encoded: true,
  };
}

async function fetchUpstream(url: string, init: RequestInit): Promise<{ response: Response; bytes: Buffer }> {
  try {
    const response = await fetch(url, init);
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  } catch (cause) {
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
    throw new Problem(timedOut ? 'upstream_timeout' : 'upstream_failed', { cause });
  }
}
