import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the team's API was sent. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headersDistinct'];
  /** Names and values as they came, in their order. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The team's API: remembers what came and answers as the test says. */
export class Upstream {
  readonly received: Received[] = [];
  answer: (response: ServerResponse) => unknown = (response) => response.end('{"ok":true}');
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get last(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('Nothing has reached the upstream.');
    return last;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headersDistinct: headers, rawHeaders } = request;
    const lines = rawHeaders.flatMap((name, index): Received['lines'] =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
    );
    this.received.push({ method, url, headers, lines, body: Buffer.concat(chunks) });
    await this.answer(response);
  }
}
