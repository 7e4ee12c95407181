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

/** What is longer is no answer, and may not fill the function's memory. Lambda answers with 6 MiB at most, AWS else with less. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Makes a request on a connection of its own: one that was kept would be dead when it is used again, as a function is frozen
 * between its calls. Not by `fetch`, whose first call takes 20 ms of CPU more. Rejects when nothing answers in time, when an
 * answer breaks off, and when it is longer than `maxCharacters`.
 */
export function callOnce(
  url: URL,
  { method, headers, body, signal }: HttpCall,
  maxCharacters = MAX_CHARACTERS,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const request = transportOf(url).request(url, { method, headers, agent: false, signal }, (response) => {
      const { statusCode: status = 0 } = response;
      const ok = status >= 200 && status < 300;
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => {
          text += part;
          if (text.length > maxCharacters) request.destroy(new Error('the answer is too long'));
        })
        .on('error', fail)
        .on('end', () => resolve({ status, ok, headers: response.headers, text }));
    });
    // After an answer, or an error, its close changes nothing.
    request
      .on('error', fail)
      .on('close', () => fail(new Error('no answer')))
      .end(body);
  });
}
