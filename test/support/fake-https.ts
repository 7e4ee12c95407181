import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import https from 'node:https';
import { Readable, Writable } from 'node:stream';
import { vi } from 'vitest';

/** A request over https, as it would have been sent. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Answers every request over https from now on, in place of the network; what `answer` throws is an error of the connection.
 * `vi.restoreAllMocks` gives the network back.
 */
export function answerHttps(answer: (request: SentRequest) => Promise<Response> | Response): void {
  const request = (url: URL, options: RequestOptions, answered: (response: IncomingMessage) => void) => {
    const chunks: Buffer[] = [];
    const sent = new Writable({
      autoDestroy: false,
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        done();
      },
      final: (done) => {
        done();
        void respond();
      },
    });
    // One that is kept would be dead when it is used again.
    if (options.agent !== false) throw new Error('the connection is kept');
    const respond = async () => {
      try {
        const { method = 'GET', headers } = options;
        const body = Buffer.concat(chunks).toString();
        const response = await answer({
          url: url.href,
          method,
          headers: new Headers(headers as object),
          body,
        });
        const message = Readable.from([Buffer.from(await response.arrayBuffer())]);
        answered(
          Object.assign(message, {
            statusCode: response.status,
            headers: Object.fromEntries(response.headers),
          }) as unknown as IncomingMessage,
        );
      } catch (error) {
        sent.destroy(error as Error);
      }
    };
    return sent as unknown as ClientRequest;
  };
  vi.spyOn(https, 'request').mockImplementation(request as typeof https.request);
}
