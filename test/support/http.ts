import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; repeated values joined as RFC 9110, 5.3 allows. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every value of a header, for those that must not be joined. */
  readonly values: Readonly<Record<string, readonly string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. Throws when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
  readonly json: any;
}

export interface HttpRequest {
  /** An array sends a header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** A body as JSON, with its type. */
  readonly json?: unknown;
}

/** Sends one request as it is: nobody normalizes the path, follows a redirect, decodes a body or adds a header. */
export type Send = (target: string, request?: HttpRequest) => Promise<HttpResponse>;

/** A client of one server, and from one address. `target` is a method and a path below `root`, as in `POST /v1/auth/login`. */
export function httpClient(root: string, localAddress?: string): { readonly send: Send; close(): void } {
  const { hostname, port, pathname } = new URL(root);
  const base = pathname.replace(/\/$/, '');
  const agent = new Agent({ keepAlive: true, ...(localAddress === undefined ? {} : { localAddress }) });
  const send: Send = (target, { headers = {}, body, json } = {}) => {
    const space = target.indexOf(' ');
    const [method, path] = [target.slice(0, space), base + target.slice(space + 1)];
    const content = json === undefined ? body : JSON.stringify(json);
    const sent: OutgoingHttpHeaders = {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(content === undefined ? {} : { 'content-length': Buffer.byteLength(content) }),
      ...(headers as OutgoingHttpHeaders),
    };
    return new Promise((resolve, reject) => {
      // Of the two addresses of `localhost` the one that tests name.
      const options = { agent, hostname, port, family: 4, path, method, headers: sent };
      const outgoing = request(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const values = incoming.headersDistinct;
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(values).map(([name, all]) => [name, all?.join(', ') ?? '']),
            ),
            values,
            bytes,
            text: bytes.toString('utf8'),
            get json() {
              return JSON.parse(this.text);
            },
          });
        });
      });
      // A server may answer and close before it has read all of a body: the answer counts.
      outgoing.on('error', reject);
      outgoing.end(content);
    });
  };
  return { send, close: () => agent.destroy() };
}
