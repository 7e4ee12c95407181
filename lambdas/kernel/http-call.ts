import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { transportOf } from './transport.ts';

/** What a server has answered, whatever its status: no redirect is followed. */
export interface HttpAnswer {
  readonly status: number;
  /** Whether the status is one of success. */
  readonly ok: boolean;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request that is made once. */
export interface HttpCall {
  /** @default GET */
  readonly method?: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** Ends what is under way; the call rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Without it an answer may come in any coding (RFC 9110, 12.5.3). */
const UNCODED = { 'accept-encoding': 'identity' };

/** Of Node's zlib, by the coding: who keeps a file in one may send it so to everybody. */
const DECODERS = { gzip: 'gunzipSync', deflate: 'inflateSync', br: 'brotliDecompressSync' } as const;

/** What is longer is no answer, and may not fill the function's memory. Lambda answers with 6 MiB at most, AWS else with less. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Makes a request on a connection of its own: one that was kept would be dead when it is used again, as a function is frozen
 * between its calls. Not by `fetch`, whose first call takes 20 ms of CPU more. Rejects when nothing answers in time, when an
 * answer breaks off, and when it is longer than `maxBytes`.
 */
export function callOnce(
  url: URL,
  { method, headers, body, signal }: HttpCall,
  maxBytes = MAX_BYTES,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const options = { method, headers: { ...UNCODED, ...headers }, agent: false, signal };
    const request = transportOf(url).request(url, options, (response) => {
      const { statusCode: status = 0, headers: given } = response;
      const ok = status >= 200 && status < 300;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response
        .on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > maxBytes) request.destroy(new Error('the answer is too long'));
        })
        .on('error', fail)
        .on('end', () => {
          try {
            const text = decoded(Buffer.concat(chunks), given['content-encoding'], maxBytes).toString();
            resolve({ status, ok, headers: given, text });
          } catch (error) {
            reject(error);
          }
        });
    });
    // After an answer, or an error, its close changes nothing.
    request
      .on('error', fail)
      .on('close', () => fail(new Error('no answer')))
      .end(body);
  });
}

function decoded(body: Buffer, coding: string | undefined, maxOutputLength: number): Buffer {
  const decoder = DECODERS[coding as keyof typeof DECODERS];
  return decoder ? process.getBuiltinModule('node:zlib')[decoder](body, { maxOutputLength }) : body;
}
