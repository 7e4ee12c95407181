import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer to a GET of a path. */
export interface PageAnswer {
  readonly body: string;
  readonly isJson: boolean;
}

export interface LocalPageOptions {
  readonly answer: (path: string) => PageAnswer;
  /**
   * Whether any name but its address is refused: one that somebody else's site points at this machine must not read a
   * secret (DNS rebinding). @default false
   */
  readonly checksHost?: boolean;
}

/** Nothing is loaded, and no script runs. */
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
} as const;

/** Serves a page for people on a port of 127.0.0.1 of its own: the API's paths are all its own. */
export class LocalPage {
  readonly #server: Server;

  private constructor({ answer, checksHost = false }: LocalPageOptions) {
    this.#server = createServer((request, response) => {
      if (checksHost && `http://${request.headers.host}` !== this.url) {
        response.writeHead(421).end();
        return;
      }
      const { body, isJson } = answer(request.url?.split('?', 1)[0] ?? '/');
      const contentType = isJson ? 'application/json' : 'text/html; charset=utf-8';
      response.writeHead(200, { ...HEADERS, 'content-type': contentType }).end(body);
    });
  }

  static async start(options: LocalPageOptions): Promise<LocalPage> {
    const served = new LocalPage(options);
    served.#server.listen(0, '127.0.0.1');
    await once(served.#server, 'listening');
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A text as it may stand in content and in quoted attributes of HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
