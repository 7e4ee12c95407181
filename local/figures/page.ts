import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Figure, Figures } from './figures.ts';

/** Serves the figures on a port of 127.0.0.1 of their own: the API's paths are all its own. */
export class FiguresPage {
  readonly #server: Server;

  private constructor(figures: Figures) {
    this.#server = createServer((request, response) => {
      const json = request.url?.endsWith('.json') ?? false;
      const body = json ? JSON.stringify(figures.all(), undefined, 2) : page(figures.all());
      response.writeHead(200, {
        'content-type': json ? 'application/json' : 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.end(body);
    });
  }

  static async start(figures: Figures): Promise<FiguresPage> {
    const served = new FiguresPage(figures);
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

function page(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, dimensions, unit, count, sum, last, p50, p99 }) => {
    const isTime = unit === 'Milliseconds';
    // Counts of events add up; a gauge has no unit, and its newest value counts.
    const counted = unit === 'Count' ? sum : isTime ? count : last;
    const cells = [name, dimensions, counted, isTime ? p50 : '', isTime ? p99 : '', unit];
    return `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Figures</title>
<style>body{font:15px system-ui;margin:2rem}table{border-collapse:collapse}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ddd}</style></head>
<body><h1>Figures since the start</h1><p>What CloudWatch would show; <a href="/figures.json">as JSON</a>.</p>
<table><tr><th>Metric</th><th>Dimensions</th><th>Count</th><th>p50</th><th>p99</th><th>Unit</th></tr>
${rows.join('\n')}</table></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
