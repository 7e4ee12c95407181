import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { IntegrationDefinition } from './api-definition.ts';
import type { ApiRequest } from './api-request.ts';
import type { ApiResponse } from './api-response.ts';
import { GatewayFailure } from './failure.ts';
import { mappedValue, type Variables } from './gateway-response.ts';

/** Headers that are of one connection, or that the client made for API Gateway's host. */
const NOT_PASSED = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Headers of an answer that are of one connection. */
const NOT_ANSWERED = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

export interface HttpProxyOptions {
  /** Whether a mapped header stands in place of the client's; otherwise the client's stays, which nobody has recorded. */
  readonly mappedHeadersReplace: boolean;
}

/**
 * Sends a request to the URL of an HTTP_PROXY integration (developer guide, setup-http-integrations): its headers, its
 * query and its body as they are, with what the integration maps into headers and the path. An absent value maps nothing.
 */
export async function answerHttpProxy(
  integration: IntegrationDefinition,
  variables: Variables,
  { mappedHeadersReplace }: HttpProxyOptions,
): Promise<ApiResponse> {
  const { request } = variables;
  const headers = new Map(
    Object.entries(request.headers).map(([name, values]) => [name.toLowerCase(), { name, values }]),
  );
  for (const [name, value] of mapped(integration, 'header', variables)) {
    if (mappedHeadersReplace || !headers.has(name.toLowerCase()))
      headers.set(name.toLowerCase(), { name, values: [value] });
  }
  const sent = [...headers.values()].map(({ name, values }) => [name, values]);
  return forward(targetOf(integration, variables), { ...request, headers: Object.fromEntries(sent) });
}

/** Sends a request to a URL with its headers and its body. Throws the failure of an integration that cannot be reached. */
export async function forward(url: URL, request: ApiRequest): Promise<ApiResponse> {
  const lines = Object.entries(request.headers)
    .filter(([name]) => !NOT_PASSED.includes(name.toLowerCase()))
    .flatMap(([name, values]) => values.flatMap((value) => [name, value]));
  const length = ['content-length', String(request.body.length)];
  const hasContent = request.body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(request.method);
  return send(url, request, ['host', url.host, ...lines, ...(hasContent ? length : [])]);
}

function targetOf(integration: IntegrationDefinition, variables: Variables): URL {
  const values = Object.fromEntries(mapped(integration, 'path', variables));
  const uri = (integration.Uri ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const url = new URL(uri);
  for (const [name, all] of Object.entries(variables.request.query))
    for (const value of all) url.searchParams.append(name, value);
  return url;
}

function mapped(
  { RequestParameters = {} }: IntegrationDefinition,
  place: 'header' | 'path',
  variables: Variables,
): [string, string][] {
  return Object.entries(RequestParameters).flatMap(([parameter, mapping]): [string, string][] => {
    const [, name] = new RegExp(`^integration\\.request\\.${place}\\.(.+)$`).exec(parameter) ?? [];
    const value = name === undefined ? undefined : mappedValue(mapping, variables);
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

async function send(
  url: URL,
  { method, body }: ApiRequest,
  headers: readonly string[],
): Promise<ApiResponse> {
  const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    headers: [...headers],
    agent: false,
  });
  outgoing.end(body);
  try {
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const received = incoming.rawHeaders;
    return {
      status: incoming.statusCode ?? 502,
      headers: received.flatMap((name, index): [string, string][] =>
        index % 2 === 0 && !NOT_ANSWERED.includes(name.toLowerCase())
          ? [[name, received[index + 1] ?? '']]
          : [],
      ),
      body: await buffer(incoming),
    };
  } catch (error) {
    // The guide's INTEGRATION_FAILURE; 504 is its default.
    throw new GatewayFailure('INTEGRATION_FAILURE', (error as Error).message);
  }
}
