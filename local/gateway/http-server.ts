import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalStackError } from '../failure.ts';
import type { Logger } from '../log.ts';
import { HEADER_LIMIT_BYTES, parseHead, readBody } from './api-request.ts';
import type { ApiResponse } from './api-response.ts';
import type { Gateway } from './gateway.ts';

/** Longer than clients keep a connection that is idle: one that is closed while they send on it is an error to them. */
const KEEP_ALIVE_MILLISECONDS = 65_000;

/** The port that clients talk to. It is taken at once, and holds requests back until there is a gateway. */
export class HttpServer {
  readonly #server: Server;
  readonly #gateway = Promise.withResolvers<Gateway>();
  readonly #log: Logger;
  readonly #now: () => number;

  private constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
    const options = {
      // More than API Gateway takes, so that it is this server that refuses, and says why.
      maxHeaderSize: 8 * HEADER_LIMIT_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    };
    this.#server = createServer(options, (incoming, outgoing) => {
      this.#handle(incoming, outgoing).catch((error: Error) => this.#log.error(`${error.stack}`));
    });
  }

  /** Listens on 127.0.0.1 only. Throws a `LocalStackError` when the port is taken. */
  static async listen(port: number, log: Logger, now: () => number): Promise<HttpServer> {
    const server = new HttpServer(log, now);
    server.#server.listen(port, '127.0.0.1');
    try {
      await once(server.#server, 'listening');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new LocalStackError(
        code === 'EADDRINUSE' ? `port ${port} is taken: choose another with --port` : message,
      );
    }
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  serve(gateway: Gateway): void {
    this.#gateway.resolve(gateway);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gateway = await this.#gateway.promise;
    const startedAt = performance.now();
    const { stage, hasDefaultEndpoint } = gateway.api;
    const request = parseHead(incoming, hasDefaultEndpoint ? stage.name : null, new Date(this.#now()));
    const { response, answeredBy, reason } = headersFit(incoming)
      ? await gateway.answer(request, () => readBody(incoming))
      : HEADERS_TOO_LARGE;
    incoming.resume();
    send(outgoing, response);
    // Neither headers nor the query: either may hold a credential.
    const line = `${request.method} ${request.fullPath} ${response.status} ${Math.round(performance.now() - startedAt)}ms`;
    this.#log.info(`${line} ${request.requestId} ${answeredBy}${reason === undefined ? '' : ` (${reason})`}`);
  }
}

/**
 * More than 10,240 bytes of request line and header values never reach an API (developer guide, limits). Which
 * answer that gives is not documented; users report 431.
 */
const HEADERS_TOO_LARGE = {
  response: {
    status: 431,
    headers: [['Content-Type', 'application/json']],
    body: '{"message":"Request Header Fields Too Large"}',
  },
  answeredBy: 'HEADERS_TOO_LARGE',
  reason: undefined,
} as const;

function headersFit({ method = '', url = '', rawHeaders }: IncomingMessage): boolean {
  const values = rawHeaders.filter((_, index) => index % 2 === 1);
  return [method, url, ...values].reduce((bytes, text) => bytes + text.length, 0) <= HEADER_LIMIT_BYTES;
}

function send(outgoing: ServerResponse, { status, headers, body }: ApiResponse): void {
  const byName = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headers) {
    const known = byName.get(name.toLowerCase());
    if (known === undefined) byName.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  for (const { name, values } of byName.values())
    outgoing.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
  // RFC 9110, 8.6: not in a response that has no content.
  if (status !== 204 && status !== 304) outgoing.setHeader('Content-Length', Buffer.byteLength(body));
  outgoing.writeHead(status);
  outgoing.end(body);
}
