/** Traces through the door: contexts in and out, and spans at a collector, which stands in for somebody's own. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

const upstream = new Upstream();
const spans: Span[] = [];
const collector = createServer((request, response) => {
  void json(request).then((body) => {
    const { resourceSpans } = body as { resourceSpans: [{ scopeSpans: [{ spans: Span[] }] }] };
    spans.push(...resourceSpans[0].scopeSpans[0].spans);
    response.end('{}');
  });
});
/** With every request recorded, with none of our own choice, and without traces. */
let [all, none, off]: readonly TestStack[] = [];
const accounts = new Map<TestStack, Account>();

beforeAll(async () => {
  const url = `http://127.0.0.1:${await upstream.listen()}`;
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const otlpUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const start = async (traces: object | null) => {
    const stack = await startTestStack({
      profile: 'default',
      config: {
        tiers: { free: ROOMY_TIER },
        upstream: { url },
        upstreams: { events: { path: '/v1/events', url, stream: {} } },
        traces,
      },
    });
    accounts.set(stack, await stack.onboard());
    return stack;
  };
  all = await start({ otlpUrl, share: 1, timeoutMilliseconds: 800 });
  none = await start({ otlpUrl, share: 0 });
  off = await start(null);
});
afterAll(async () => {
  for (const stack of [all, none, off]) await stack?.stop();
  await upstream.stop();
  collector.closeAllConnections();
  collector.close();
});
beforeEach(() => {
  spans.length = 0;
});

const running = (stack: TestStack | undefined): TestStack => stack ?? expect.unreachable();

async function call(given: TestStack | undefined, path: string, headers: Record<string, string> = {}) {
  const stack = running(given);
  const response = await stack.send(`GET ${path}`, withKey(accounts.get(stack)?.apiKey ?? '', { headers }));
  expect(response.status).toBe(200);
  const [parent, state] = ['traceparent', 'tracestate'].map((name) => upstream.last.headers[name]?.[0]);
  return { response, traceparent: parent, tracestate: state };
}

test.each(['/v1/things', '/v1/events'])(
  '%s: a caller’s trace goes on to the upstream as our child, with spans of authorizer and forwarder',
  async (path) => {
    const { traceparent, tracestate, response } = await call(all, path, {
      traceparent: `00-${TRACE}-${PARENT}-00`,
      tracestate: 'vendor=x',
    });
    await vi.waitFor(() => expect(spans).toHaveLength(2));
    const behind = spans.find(({ name }) => name !== 'authorizer');
    expect(spans.map(({ name }) => name)).toContain('authorizer');
    for (const span of spans)
      expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, traceState: 'vendor=x' });
    expect([traceparent, tracestate]).toEqual([`00-${TRACE}-${behind?.spanId}-01`, 'vendor=x']);
    expect(behind?.attributes).toContainEqual({
      key: 'http.response.status_code',
      value: { intValue: '200' },
    });
    expect(behind?.attributes).toContainEqual({
      key: 'latchkey.request_id',
      value: { stringValue: response.headers['x-request-id'] },
    });
    // No header, query or credential is in a span.
    expect(JSON.stringify(spans)).not.toContain(accounts.get(running(all))?.apiKey);
    for (const fn of ['authorizer', 'forwarder'])
      await vi.waitFor(() =>
        expect(running(all).lines.filter((line) => line.includes(fn) && line.includes(TRACE))).not.toEqual(
          [],
        ),
      );
  },
);

test('a request without a trace begins one, the same for authorizer and forwarder, as a context that is not valid does', async () => {
  for (const headers of [{}, { traceparent: `00-${'0'.repeat(32)}-${PARENT}-01`, tracestate: 'a=1' }]) {
    spans.length = 0;
    const { traceparent, tracestate } = await call(all, '/v1/things', headers as Record<string, string>);
    await vi.waitFor(() => expect(spans).toHaveLength(2));
    const [, traceId] = traceparent?.split('-') ?? [];
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(spans.every(({ parentSpanId }) => parentSpanId === undefined)).toBe(true);
    expect(tracestate).toBeUndefined();
  }
});

test('refusals have a span too, and our own routes', async () => {
  const { status } = await running(all).send('GET /v1/things');
  expect(status).toBe(401);
  await vi.waitFor(() =>
    expect(spans[0]?.attributes).toContainEqual({
      key: 'latchkey.outcome',
      value: { stringValue: 'refused' },
    }),
  );
  await running(all).send('GET /health');
  await vi.waitFor(() => expect(spans.map(({ name }) => name)).toContain('GET /health'));
});

test('a caller that flags every request as sampled has none recorded, here and by the upstream', async () => {
  for (let index = 0; index < 5; index += 1) {
    const { traceparent } = await call(none, '/v1/things', { traceparent: `00-${TRACE}-${PARENT}-01` });
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[\\da-f]{16}-00$`));
  }
  expect(spans).toEqual([]);
});

test('without traces a valid context passes as it came, none is made up, and the log names it', async () => {
  const sent = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'a=1' };
  expect(await call(off, '/v1/things', sent)).toMatchObject(sent);
  for (const traceparent of ['nonsense', undefined]) {
    const passed = await call(
      off,
      '/v1/things',
      traceparent === undefined ? {} : { traceparent, tracestate: 'a=1' },
    );
    expect([passed.traceparent, passed.tracestate]).toEqual([undefined, undefined]);
  }
  expect(spans).toEqual([]);
  for (const fn of ['authorizer', 'forwarder'])
    await vi.waitFor(() =>
      expect(running(off).lines.filter((line) => line.includes(fn) && line.includes(TRACE))).not.toEqual([]),
    );
});
