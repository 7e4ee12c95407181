import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from './identity.ts';
import type { Refusal, Verified } from './outcome.ts';
import { headerLines, isWithheld } from './request-headers.ts';
import type { Decide, Verifier, VerifyRequest } from './verifier.ts';

/** The parts of Node's request that are read, whoever has made it. */
export interface NodeRequest extends Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'> {
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** Of Connect and Express: the URL before a mounted application cut its own path off. */
  readonly originalUrl?: string;
  /** Of Express: what the routers so far have cut off. */
  readonly baseUrl?: string;
  latchkey?: Identity | undefined;
}

/** The parts of Node's response that are written. */
export type NodeResponse = Pick<ServerResponse, 'setHeader'> & {
  statusCode: number;
  end(body: string): unknown;
};

/** Decides a request of Node's, and takes from it what its application must not see. It does not answer. */
export async function verifyNodeRequest(
  verifier: Verifier,
  request: NodeRequest,
  decide: Decide,
  {
    path = pathOf(request),
    passesPreflights,
  }: Partial<Pick<VerifyRequest, 'path' | 'passesPreflights'>> = {},
): Promise<Verified | Refusal> {
  const headers = headerLines(request.rawHeaders);
  withhold(request);
  const outcome = await decide({
    method: request.method ?? '',
    path,
    headers,
    passesPreflights,
    sourceAddress: verifier.addressOf(request.socket.remoteAddress, headers),
  });
  request.latchkey = outcome.isVerified ? outcome.identity : undefined;
  return outcome;
}

/** The path of the whole request, as routers have it: also of who rewrites it, or is mounted below another. */
export function pathOf({
  url = '',
  originalUrl,
  baseUrl,
}: { readonly url?: string | undefined } & Pick<NodeRequest, 'originalUrl' | 'baseUrl'>): string {
  if (baseUrl === undefined) return withoutQuery(originalUrl ?? url);
  const path = withoutQuery(baseUrl + url);
  // Express writes a slash where the path that it cut off was all.
  return path === `${baseUrl}/` && withoutQuery(originalUrl ?? '') === baseUrl ? baseUrl : path;
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** Writes the headers of an outcome, and of a refusal the rest. Whether the request may go on. */
export function answer(outcome: Verified | Refusal, response: NodeResponse): outcome is Verified {
  for (const [name, value] of Object.entries(outcome.headers)) response.setHeader(name, value);
  if (outcome.isVerified) return true;
  response.statusCode = outcome.status;
  response.end(outcome.body);
  return false;
}

/** Takes out what {@link isWithheld}, wherever Node keeps it. */
function withhold(request: NodeRequest & { readonly headersDistinct?: NodeJS.Dict<string[]> }): void {
  const { headers, headersDistinct, rawHeaders } = request;
  for (const name of Object.keys(headers)) {
    if (!isWithheld(name)) continue;
    delete headers[name];
    delete headersDistinct?.[name];
  }
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2)
    if (isWithheld(rawHeaders[index] ?? '')) rawHeaders.splice(index, 2);
}
