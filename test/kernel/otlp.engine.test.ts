/** What the collector is sent, and what becomes of a request whose collector is ill. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FinishedSpan } from '../../lambdas/kernel/otlp.ts';

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '00f067aa0ba902b7',
  parentId: 'b7ad6b7169203331',
  isSampled: true,
  isRandom: false,
  tracestate: 'a=1',
};
const finished = (more: Partial<FinishedSpan> = {}): FinishedSpan => ({
  span: SPAN,
  name: 'GET /v1/{proxy+}',
  started: performance.now() - 20,
  isFailure: false,
  attributes: { 'http.route': '/v1/{proxy+}', 'http.response.status_code': 200, 'not.known': undefined },
  ...more,
});

const cleanups: (() => unknown)[] = [];
const lines: string[] = [];
/** The exporter of an instance that has just started. */
let exportSpan: typeof import('../../lambdas/kernel/otlp.ts').exportSpan;
beforeEach(async () => {
  vi.resetModules();
  ({ exportSpan } = await import('../../lambdas/kernel/otlp.ts'));
  lines.length = 0;
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  cleanups.push(() => write.mockRestore());
});
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
  for (const name of ['ENDPOINT', 'TIMEOUT']) delete process.env[`OTEL_EXPORTER_OTLP_${name}`];
});

/** A collector, and the number of calls that it has had. */
async function collector(answer: RequestListener): Promise<() => number> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => calls;
}

test('a span is OTLP/HTTP in JSON', async () => {
  const received = Promise.withResolvers<object>();
  await collector((request, response) => {
    void json(request).then((body) =>
      received.resolve({ url: request.url, type: request.headers['content-type'], body }),
    );
    response.end('{}');
  });
  await exportSpan(finished({ isFailure: true }));
  const nanoseconds = expect.stringMatching(/^1\d{18}$/);
  expect(await received.promise).toMatchObject({
    url: '/v1/traces',
    type: 'application/json',
    body: {
      resourceSpans: [
        {
          resource: {
            attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'Latchkey' } }]),
          },
          scopeSpans: [
            {
              scope: { name: 'latchkey' },
              spans: [
                {
                  traceId: SPAN.traceId,
                  spanId: SPAN.spanId,
                  parentSpanId: SPAN.parentId,
                  traceState: 'a=1',
                  name: 'GET /v1/{proxy+}',
                  kind: 2,
                  startTimeUnixNano: nanoseconds,
                  endTimeUnixNano: nanoseconds,
                  attributes: [
                    { key: 'http.route', value: { stringValue: '/v1/{proxy+}' } },
                    { key: 'http.response.status_code', value: { intValue: '200' } },
                  ],
                  status: { code: 2 },
                },
              ],
            },
          ],
        },
      ],
    },
  });
  expect(lines).toEqual([]);
});

test('what is not sampled goes nowhere, and nothing does without a collector', async () => {
  const calls = await collector((_, response) => response.end());
  await exportSpan(finished({ span: { ...SPAN, isSampled: false } }));
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await exportSpan(finished());
  expect([calls(), lines]).toEqual([0, []]);
});

test.each<[string, RequestListener, RegExp]>([
  ['refuses', (_, response) => response.writeHead(503).end(), /answers 503/],
  ['sends elsewhere', (_, response) => response.writeHead(307, { location: '/' }).end(), /answers 307/],
  ['does not answer', () => undefined, /timeout/],
  ['hangs up', (request) => request.socket.destroy(), /socket hang up|ECONNRESET/],
])(
  'a collector that %s costs a span and its time, and is left alone for a while',
  async (_, answer, cause) => {
    const calls = await collector(answer);
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '200';
    await exportSpan(finished());
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'WARN',
      trace_id: SPAN.traceId,
      cause: expect.stringMatching(cause),
      SpansLost: 1,
    });
    await exportSpan(finished());
    expect([calls(), lines.length]).toEqual([1, 1]);
  },
);
