import { request } from 'node:http';

export interface RawResponse {
  readonly status: number;
  /** By lower-case name, repeated values joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names as they were sent. */
  readonly headerNames: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds
  readonly json: any;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** Sends a request whose path nobody normalizes, unlike `fetch`. */
export function send(
  root: string,
  path: string,
  { method = 'GET', headers = {}, body }: RawRequest = {},
): Promise<RawResponse> {
  const { hostname, port } = new URL(root);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      // Of the two addresses of `localhost` the one that tests name.
      { hostname, port, family: 4, path, method, headers: { connection: 'close', ...headers } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('latin1');
          const flat = Object.entries(incoming.headersDistinct).map(([name, values]) => [
            name,
            values?.join(', ') ?? '',
          ]);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(flat),
            headerNames: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
            text,
            get json() {
              return JSON.parse(text);
            },
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The query that makes the fixture's functions do something. */
export const doing = (action: object): string => `?do=${encodeURIComponent(JSON.stringify(action))}`;

/** The header that tells the fixture's authorizer what to say. */
export const saying = (words: object): Record<string, string> => ({ 'x-say': JSON.stringify(words) });
