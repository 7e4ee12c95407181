import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { Header } from './header-table.ts';

/** A request as it goes on the wire: the headers are all that are sent. */
export interface UpstreamRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** RFC 9110, 9.2.2: doing it twice is doing it once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/**
 * Milliseconds for which an idle connection is trusted with a request that cannot be repeated. Servers close theirs after
 * 5 seconds (Node) and more; a function may have been frozen meanwhile and not have heard of it.
 */
const TRUSTED_IDLE_MS = 4_000;

/** An attempt that brought no response. */
class AttemptFailure extends Error {
  /** Whether the connection had carried a request before: it may have been dead already. */
  readonly isReused: boolean;
  /** Whether nothing of the request can have reached the upstream. */
  readonly isUnsent: boolean;

  constructor(cause: unknown, isReused: boolean, isUnsent: boolean) {
    super('no response', { cause });
    this.isReused = isReused;
    this.isUnsent = isUnsent;
  }
}

/**
 * The connections to one upstream, kept open between requests. Nothing is invented: no header but the given ones is sent,
 * nothing is decoded, no redirect followed.
 */
export class Connections {
  readonly #transport: Pick<typeof https, 'request'>;
  readonly #agent: Agent;
  readonly #target: { readonly hostname: string; readonly port?: number };
  readonly #idleSince = new WeakMap<object, number>();

  /** @param url where the upstream is; its path is the caller's affair */
  constructor(url: string) {
    const { hostname, port, protocol } = urlToHttpOptions(new URL(url));
    // Importing node:http as an ES module reads its lazy `WebSocket`, which loads all of undici: 15 ms of a cold start.
    const transport = protocol === 'https:' ? https : process.getBuiltinModule('node:http');
    this.#transport = transport;
    this.#agent = new transport.Agent({ keepAlive: true });
    this.#agent.on('free', (socket: Socket) => this.#idleSince.set(socket, Date.now()));
    this.#target = { hostname: hostname ?? '', ...(port ? { port: Number(port) } : {}) };
  }

  /**
   * Sends a request and resolves with the response's head; its body is a stream, which errs when the connection ends before
   * it does. On a connection that had been idle and dies before a byte of the answer, it is sent once more on a fresh one
   * (RFC 9110, 9.2.2): any request of which nothing was sent, else one that is idempotent. `signal` ends all of it.
   * Rejects with the cause.
   */
  async send(request: UpstreamRequest, signal: AbortSignal): Promise<IncomingMessage> {
    if (!IDEMPOTENT.has(request.method)) this.#closeIdle(TRUSTED_IDLE_MS);
    try {
      return await this.#attempt(request, signal);
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error;
      const { isReused, isUnsent, cause } = error;
      if (!isReused || signal.aborted || !(isUnsent || IDEMPOTENT.has(request.method))) throw cause;
      // What was idle as long is as dead, so that the next connection is a fresh one.
      this.#closeIdle(0);
      return await this.#attempt(request, signal).catch((again: unknown) => {
        throw again instanceof AttemptFailure ? again.cause : again;
      });
    }
  }

  /** Closes all connections. */
  close(): void {
    this.#agent.destroy();
  }

  #closeIdle(milliseconds: number): void {
    for (const socket of Object.values(this.#agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
      if (Date.now() - (this.#idleSince.get(socket) ?? 0) >= milliseconds) socket.destroy();
    }
  }

  #attempt({ method, path, headers, body }: UpstreamRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request: ClientRequest = this.#transport.request({
        ...this.#target,
        agent: this.#agent,
        method,
        path,
        headers: headers.flat(),
        signal,
      });
      let isSent = false;
      let bytesBefore = 0;
      request.once('socket', (socket) => {
        bytesBefore = socket.bytesRead;
        const send = () => {
          if (request.destroyed) return;
          isSent = true;
          request.end(body);
        };
        // The end of an idle connection is heard before anything is sent on it: the second `setImmediate` is of the next
        // turn of the event loop, which has looked at the sockets.
        if (request.reusedSocket) setImmediate(() => setImmediate(send));
        else send();
      });
      request.once('response', (response) => {
        const coding = response.headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
        if (coding === 'chunked') return resolve(response);
        // RFC 9110, 10.1.4: no other was asked for, and what is still coded is not the content.
        response.destroy();
        reject(new Error(`the upstream sent a transfer coding that nobody asked for: ${coding}`));
      });
      // Nobody asked for another protocol: without a listener node would tell of neither an answer nor an error.
      request.once('upgrade', (_, socket) => {
        socket.destroy();
        reject(new Error('the upstream changed the protocol'));
      });
      // Not once: a socket may err again after the response, which its body tells.
      request.on('error', (cause) => {
        const hasAnswered = (request.socket?.bytesRead ?? 0) > bytesBefore;
        reject(new AttemptFailure(cause, request.reusedSocket && !hasAnswered, !isSent));
      });
    });
  }
}
