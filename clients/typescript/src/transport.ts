import type { Credential } from './credential.ts';
import { AuthenticationError, ConnectionError, errorOf, LatchkeyError, TimeoutError } from './errors.ts';
import { mayRepeat, pauseSeconds, sleep } from './retries.ts';

/** One sending of a request, for a log. It has neither query, headers nor body, where secrets and people's data are. */
export interface Attempt {
  readonly method: string;
  /** Without its query. */
  readonly url: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Null where nothing answered. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** Seconds until it is sent again; null where this was the last time. */
  readonly pauseSeconds: number | null;
}

export interface TransportOptions {
  /** Null sends no credential. */
  readonly credential: Credential | null;
  /** The header of an API key; undefined for `Authorization`. */
  readonly apiKeyHeader: string | undefined;
  readonly timeoutSeconds: number;
  readonly maxRetries: number;
  /** Sent as `X-Workspace-Id` where the request has none. */
  readonly workspaceId: string | undefined;
  readonly fetch: typeof fetch;
  readonly log: (attempt: Attempt) => void;
}

/** A request whose body can be sent more than once. */
interface Repeatable {
  readonly request: Request;
  readonly body: ArrayBuffer | undefined;
}

/** Sends requests with a credential, a time-out and retries, and turns answers of 400 and above into errors. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, again where that is safe. Gives what `read` makes of the answer; the time-out holds until it has.
   * Rejects with the class of `LatchkeyError` that the status means, or `ConnectionError`.
   */
  async send<Result>(
    request: Request,
    read: (response: Response) => Result | Promise<Result>,
  ): Promise<Result> {
    const sent = await repeatable(request);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#sendProven(sent, attempt, read);
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        const pause =
          attempt < this.#options.maxRetries && mayRepeat(request, error)
            ? pauseSeconds(attempt, error)
            : null;
        this.#log(request, attempt, error, pause);
        if (pause === null) throw error;
        await sleep(pause, request.signal);
      }
    }
  }

  /** A refused token is replaced once: the authorizer refuses before anything is carried out. */
  async #sendProven<Result>(
    sent: Repeatable,
    attempt: number,
    read: (response: Response) => Result | Promise<Result>,
  ): Promise<Result> {
    const { credential } = this.#options;
    const token = (await credential?.current()) ?? null;
    try {
      return await this.#sendOnce(sent, attempt, token, read);
    } catch (error) {
      if (!(error instanceof AuthenticationError) || credential === null || token === null) throw error;
      const next = await credential.instead(token);
      if (next === undefined) throw error;
      return await this.#sendOnce(sent, attempt, next, read);
    }
  }

  async #sendOnce<Result>(
    { request, body }: Repeatable,
    attempt: number,
    token: string | null,
    read: (response: Response) => Result | Promise<Result>,
  ): Promise<Result> {
    const { timeoutSeconds, workspaceId, fetch } = this.#options;
    const headers = new Headers(request.headers);
    if (workspaceId !== undefined && !headers.has('X-Workspace-Id'))
      headers.set('X-Workspace-Id', workspaceId);
    if (token !== null) this.#prove(headers, token);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutSeconds * 1000);
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers,
        body,
        // To another server `fetch` takes no Authorization along, but any other header.
        redirect: headers.has('Authorization') || token === null ? request.redirect : 'error',
        // The credential is in a header; cookies would be somebody else's.
        credentials: 'omit',
        signal: AbortSignal.any([request.signal, late.signal]),
      });
      if (response.status >= 400) throw await errorOf(response);
      const result = await read(response);
      this.#log(request, attempt, response, null);
      return result;
    } catch (error) {
      if (error instanceof LatchkeyError || request.signal.aborted) throw error;
      const { host } = new URL(request.url);
      if (late.signal.aborted)
        throw new TimeoutError(`${host} did not answer within ${timeoutSeconds} seconds.`);
      throw new ConnectionError(
        `The connection to ${host} could not be made or was lost.`,
        {},
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #prove(headers: Headers, token: string): void {
    const { credential, apiKeyHeader } = this.#options;
    if (apiKeyHeader === undefined || credential?.isToken) headers.set('Authorization', `Bearer ${token}`);
    else headers.set(apiKeyHeader, token);
  }

  #log(request: Request, attempt: number, outcome: unknown, pause: number | null): void {
    const { origin, pathname } = new URL(request.url);
    const answer =
      outcome instanceof Response
        ? { status: outcome.status, requestId: outcome.headers.get('X-Request-ID') }
        : outcome instanceof LatchkeyError
          ? outcome
          : { status: null, requestId: null };
    this.#options.log({
      method: request.method,
      url: origin + pathname,
      attempt: attempt + 1,
      status: answer.status,
      requestId: answer.requestId,
      pauseSeconds: pause,
    });
  }
}

async function repeatable(request: Request): Promise<Repeatable> {
  const body = await request.arrayBuffer();
  return { request, body: body.byteLength > 0 ? body : undefined };
}
