import { ApiError, Unreachable } from './errors.ts';
import { client } from './generated/client.gen.ts';

export interface ApiOptions {
  /** The API's URL, without a slash at its end. */
  readonly url: string;
  /** Paths of the default contract that are elsewhere here. */
  readonly paths: Readonly<Record<string, string | null>>;
  readonly accessToken: () => Promise<string>;
  /** Another token than the one that was refused. */
  readonly renew: (stale: string) => Promise<string>;
}

/** Latchkey's own representation, whatever contract the deployment publishes. */
const MEDIA_TYPE = 'application/vnd.latchkey+json';

/** Connects the generated client with this deployment. */
export function connectApi({ url, paths, accessToken, renew }: ApiOptions): void {
  client.setConfig({
    baseUrl: url,
    auth: ({ scheme }) => (scheme === 'bearer' ? accessToken() : undefined),
    headers: { Accept: MEDIA_TYPE },
    fetch: async (input) => {
      const request = input as Request;
      const text = request.body === null ? undefined : await request.clone().text();
      const response = await fetch(request);
      // A wrong password or code is counted by the API, and not sent again.
      if (response.status !== 401 || /"wrong_(password|factor)"/.test(await response.clone().text()))
        return response;
      // A session may have ended, or its token a moment too early: the next one tells.
      const next = await renew((request.headers.get('Authorization') ?? '').replace(/^Bearer /, ''));
      const headers = new Headers(request.headers);
      headers.set('Authorization', `Bearer ${next}`);
      return fetch(copyOf(request, request.url, { headers, body: text }));
    },
  });
  client.interceptors.request.use((request, options) => {
    const path = paths[`${request.method} ${options.url}`];
    if (!path) return request;
    const body = options.serializedBody as string | undefined;
    return copyOf(request, client.buildUrl({ ...options, url: path }), { headers: request.headers, body });
  });
  client.interceptors.error.use((error, response) => {
    if (response !== undefined) return new ApiError(error, response);
    return error instanceof TypeError ? new Unreachable(error.message) : error;
  });
}

/** The same request elsewhere. A body that is taken from a request would be a stream, which HTTP/1.1 does not send. */
function copyOf(
  { method, signal }: Request,
  url: string,
  { headers, body }: { readonly headers: Headers; readonly body: string | undefined },
): Request {
  return new Request(url, { method, signal, headers, ...(body !== undefined && { body }) });
}

/** What a call answers with. Throws `ApiError`, `Unreachable`. */
export async function dataOf<Data>(call: Promise<{ readonly data: Data }>): Promise<Data> {
  return (await call).data;
}
