import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { LocalStackError } from '../failure.ts';
import type { Logger } from '../log.ts';
import { HEADER_LIMIT_BYTES, parseHead, readBody } from './api-request.ts';
import type { ApiResponse } from './api-response.ts';
import type { Gateway } from './gateway.ts';

/** Longer than clients keep a connection that is idle: one that is closed while they send on it is an error to them. */
const KEEP_ALIVE_MILLISECONDS = 65_000;

/** The addresses that `localhost` stands for (RFC 6761, 6.3). */
const ADDRESSES = ['127.0.0.1', '::1'] as const;

/** The failures of a machine without IPv6. */
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Ports that are tried where any will do: one that is free at the one address may be taken at the other. */
const ANY_PORT_ATTEMPTS = 20;

/**
 * The port of `localhost` that clients talk to: a name, as cookies and passkeys take no IP address. It is taken at once,
 * and holds requests back until there is a gateway.
 */
export class HttpServer {
  /** One an address. */
  readonly #servers: Server[] = [];
  readonly #gateway = Promise.withResolvers<Gateway>();
  readonly #log: Logger;
  readonly #now: () => number;

  private constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Listens on the loopback addresses only: 127.0.0.1, and ::1 where there is one. Throws a `LocalStackError` when the port is taken. */
  static async listen(port: number, log: Logger, now: () => number): Promise<HttpServer> {
    for (let attempt = 1; ; attempt += 1) {
      const server = new HttpServer(log, now);
      try {
        for (const address of ADDRESSES) await server.#listenAt(address, server.#port ?? port);
        return server;
      } catch (error) {
        await server.stop();
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== 'EADDRINUSE') throw new LocalStackError(message);
        if (port !== 0 || attempt === ANY_PORT_ATTEMPTS)
          throw new LocalStackError(`port ${port} is taken: choose another with --port`);
      }
    }
  }

  /** Listens on the first port from `port` on that is free, of {@link ANY_PORT_ATTEMPTS}; on any with 0. */
  static async listenFrom(port: number, log: Logger, now: () => number): Promise<HttpServer> {
    for (let each = port; each < port + ANY_PORT_ATTEMPTS - 1; each += 1) {
      try {
        return await HttpServer.listen(each, log, now);
      } catch (error) {
        if (!(error instanceof LocalStackError) || port === 0) throw error;
      }
    }
    return HttpServer.listen(port + ANY_PORT_ATTEMPTS - 1, log, now);
  }

  async #listenAt(address: (typeof ADDRESSES)[number], port: number): Promise<void> {
    const options = {
      // More than API Gateway takes, so that it is this server that refuses, and says why.
      maxHeaderSize: 8 * HEADER_LIMIT_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    };
    const server = createServer(options, (incoming, outgoing) => {
      this.#handle(incoming, outgoing).catch((error: Error) => this.#log.error(`${error.stack}`));
    });
    try {
      await once(server.listen(port, address), 'listening');
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (address === '::1' && NO_SUCH_ADDRESS.includes(code)) return;
      throw error;
    }
    this.#servers.push(server);
  }

  get #port(): number | undefined {
    return (this.#servers[0]?.address() as AddressInfo | undefined)?.port;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  serve(gateway: Gateway): void {
    this.#gateway.resolve(gateway);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gateway = await this.#gateway.promise;
    const startedAt = performance.now();
    const request = parseHead(incoming, gateway.stageInPath, new Date(this.#now()));
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
  if (body instanceof Readable) {
    outgoing.writeHead(status);
    // With nothing to send yet, too: the client learns the status when API Gateway does.
    outgoing.flushHeaders();
    // A stream that breaks off ends the connection; a client that hangs up ends the stream.
    pipeline(body, outgoing, () => undefined);
    return;
  }
  // RFC 9110, 8.6: not in a response that has no content.
  if (status !== 204 && status !== 304) outgoing.setHeader('Content-Length', Buffer.byteLength(body));
  outgoing.writeHead(status);
  outgoing.end(body);
}
