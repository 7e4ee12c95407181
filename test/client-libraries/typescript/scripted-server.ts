/** A server that answers what a test has written down, and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** In place of an answer. `lost`: the connection ends when the request has come; `never`: nothing comes. */
  readonly instead?: 'lost' | 'lost in the body' | 'never';
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly atMs: number;
}

export interface ScriptedServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

/** Answers each request with the next line of the script, then on with the last; or with what a function says. */
export async function scriptedServer(
  script: readonly Answer[] | ((asked: Asked) => Answer),
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      const { method = '', url = '', headers } = request;
      const each = { method, path: url, headers, body, atMs: performance.now() };
      asked.push(each);
      const answer =
        typeof script === 'function' ? script(each) : script[Math.min(asked.length, script.length) - 1];
      send(response, answer ?? {});
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, json = {}, instead }: Answer): void {
  if (instead === 'never') return;
  if (instead === 'lost') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  if (instead === 'lost in the body') {
    response.write('{"id":');
    setTimeout(() => response.socket?.destroy(), 20);
    return;
  }
  response.end(JSON.stringify(json));
}
