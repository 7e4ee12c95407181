import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeptMail, Outbox } from './outbox.ts';

/** Serves the mails on a port of 127.0.0.1 of their own: whoever can read them can use their links. */
export class MailsPage {
  readonly #server: Server;

  private constructor(outbox: Outbox) {
    this.#server = createServer((request, response) => {
      // A name that somebody else's site points at this machine must not read the links (DNS rebinding).
      if (`http://${request.headers.host}` !== this.url) {
        response.writeHead(421).end();
        return;
      }
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const mails = outbox.all();
      const single = /^\/(\d+)$/.exec(pathname)?.[1];
      const mail = mails[Number(single ?? -1)];
      const json = pathname === '/mails.json';
      const body = json ? JSON.stringify(mails, undefined, 2) : (mail?.html ?? list(mails));
      response.writeHead(200, {
        'content-type': json ? 'application/json' : 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      });
      response.end(body);
    });
  }

  static async start(outbox: Outbox): Promise<MailsPage> {
    const served = new MailsPage(outbox);
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

const STYLE =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}article{margin:2rem 0;padding-top:1rem;border-top:1px solid #8886}h2{font-size:1.1rem;margin:0}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}p{margin:.25rem 0}';

/** All mails, newest first, as text with links that can be followed. */
function list(mails: readonly KeptMail[]): string {
  const articles = mails.map(
    ({ to, subject, text, sentAt }, index) => `<article><h2>${escaped(subject)}</h2>
<p>to ${escaped(to)}, ${escaped(sentAt)} · <a href="/${index}">as HTML</a></p>
<pre>${linked(escaped(text))}</pre></article>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="5">
<title>Mails</title><style>${STYLE}</style></head>
<body><h1>Mails</h1><p>What SES or EventBridge would have been given, newest first; <a href="/mails.json">as JSON</a>.</p>
${articles.toReversed().join('\n') || '<p>None yet.</p>'}</body></html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function linked(text: string): string {
  return text.replaceAll(/https?:\/\/[^\s&]+/g, (url) => `<a href="${url}">${url}</a>`);
}
