import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** Answers that are passed on while they come. */

const upstream = new Upstream();
const other = new Upstream();
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  const [url, otherUrl] = (await Promise.all([upstream.listen(), other.listen()])).map(
    (port) => `http://127.0.0.1:${port}`,
  );
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: ROOMY_TIER },
      reservedConcurrency: {},
      upstreams: {
        events: { path: '/v1/events', url, stream: {}, timeoutSeconds: 2, circuitBreaker: null },
        short: { path: '/v1/short', url, stream: { maxStreamSeconds: 2, idleSeconds: 1 }, concurrency: 3 },
        gone: { path: '/v1/gone', url: otherUrl, stream: {}, circuitBreaker: null },
      },
    },
  });
  ada = await stack.onboard();
  await other.stop();
});
afterAll(async () => {
  await stack?.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.answer = (response) => response.end();
});

/** Calls with a key, and resolves with the head of the answer. */
async function open(
  path: string,
  headers = {},
): Promise<{ outgoing: ClientRequest; response: IncomingMessage }> {
  const { hostname, port } = new URL(stack.url);
  const outgoing = request({ hostname, port, path, headers: { 'x-api-key': ada.apiKey, ...headers } });
  outgoing.on('error', () => undefined);
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { outgoing, response };
}

const asEvents = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

test('the head and the first byte are there before the upstream has sent the second', async () => {
  const second = Promise.withResolvers<void>();
  upstream.answer = async (response) => {
    response.writeHead(201, {
      'content-type': 'text/plain',
      'x-theirs': 'yes',
      'set-cookie': ['a=1', 'b=2'],
    });
    response.flushHeaders();
    response.write('first');
    await second.promise;
    response.end(' second');
  };
  const { response } = await open('/v1/events/x?y=1');
  expect(response.statusCode).toBe(201);
  expect(response.headers).toMatchObject({
    'content-type': 'text/plain',
    'x-theirs': 'yes',
    'set-cookie': ['a=1', 'b=2'],
    'x-ratelimit-limit': String(ROOMY_TIER.keyRequestsPerMinute),
    'access-control-allow-origin': '*',
  });
  expect(response.headers['x-request-id']).toBeDefined();
  const [first] = await once(response, 'data');
  expect(String(first)).toBe('first');
  second.resolve();
  expect(await text(response)).toBe(' second');
  expect(upstream.last).toMatchObject({ method: 'GET', url: '/v1/events/x?y=1' });
  expect(upstream.last.headers['x-latchkey-tenant']).toEqual([ada.tenantId]);
});

test('the head goes on before there is a body', async () => {
  upstream.answer = (response) => asEvents(response).flushHeaders();
  const { outgoing, response } = await open('/v1/events');
  expect(response.headers['content-type']).toBe('text/event-stream');
  outgoing.destroy();
});

test('1,000 events pass one by one, at once and in order', async () => {
  // Beside the door the same events pass through a plain relay in a thread of its own, as the door's function is one: how
  // late they are there is the machine's affair.
  const relay = await startRelay(`http://127.0.0.1:${upstream.port}`);
  const sentAt: number[] = [];
  const responses: ServerResponse[] = [];
  upstream.answer = async (response) => {
    responses.push(asEvents(response));
    response.flushHeaders();
    if (responses.length < 2) return;
    for (let index = 0; index < 1_000; index += 1) {
      sentAt.push(performance.now());
      for (const each of responses) each.write(`id: ${index}\ndata: x\n\n`);
      await sleep(3);
    }
    for (const each of responses) each.end();
  };
  const throughDoor = delaysOf((await open('/v1/events')).response, sentAt);
  const [plain] = (await once(get(relay.url), 'response')) as [IncomingMessage];
  const [door, byRelay] = await Promise.all([throughDoor, delaysOf(plain, sentAt)]);
  await relay.stop();
  expect(door).toHaveLength(1_000);
  // Of a machine with little else to do the relay's latest is a few milliseconds, and so each is within 50.
  expect(Math.max(...door)).toBeLessThan(Math.max(...byRelay) + 40);
});

/** Milliseconds from the sending of each event to its arrival. Fails when one is missing or out of order. */
async function delaysOf(response: IncomingMessage, sentAt: readonly number[]): Promise<readonly number[]> {
  const delays: number[] = [];
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const events = (rest + chunk).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      expect(event).toBe(`id: ${delays.length}\ndata: x`);
      delays.push(performance.now() - (sentAt[delays.length] ?? Number.NaN));
    }
  }
  return delays;
}

const RELAY = `
  const { createServer, get } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  createServer((_, outgoing) => get(workerData, (response) => response.pipe(outgoing)))
    .listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

/** A thread that passes on what an upstream answers. */
async function startRelay(upstreamUrl: string): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const worker = new Worker(RELAY, { eval: true, workerData: upstreamUrl });
  const [port] = await once(worker, 'message');
  return { url: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}

test('200 MB pass in flat memory, to the byte', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const part = Buffer.alloc(64 * 1024, 'x');
  const stream = async (megabytes: number): Promise<number> => {
    const parts = megabytes * 16;
    upstream.answer = async (response) => {
      response.writeHead(200, { 'content-length': parts * part.length });
      for (let index = 0; index < parts; index += 1) if (!response.write(part)) await once(response, 'drain');
      response.end();
    };
    const { response } = await open('/v1/events/big');
    let peak = 0;
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes % (16 * 1024 * 1024) < chunk.length) collect();
      peak = Math.max(peak, process.memoryUsage.rss());
    });
    await once(response, 'end');
    expect(bytes).toBe(parts * part.length);
    return peak;
  };
  // The whole stack, its client and the upstream are this process. The function's thread lets buffers gather until it
  // collects them, as far as the first four have seen; whoever held an answer, or a third of it, would need more for this one.
  let usual = 0;
  for (let index = 0; index < 4; index += 1) usual = Math.max(usual, await stream(64));
  expect((await stream(200)) - usual).toBeLessThan(64 * 1024 * 1024);
});

test('the upstream sends no faster than the caller reads', async () => {
  let written = 0;
  upstream.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const part = Buffer.alloc(64 * 1024);
    const send = () => {
      do written += part.length;
      while (response.write(part) && written < 400 * 1024 * 1024);
    };
    response.on('drain', send);
    send();
  };
  const { outgoing, response } = await open('/v1/events/big');
  response.pause();
  await sleep(1_500);
  // What the system's own buffers of three connections hold, and not all of it.
  expect(written).toBeLessThan(100 * 1024 * 1024);
  outgoing.destroy();
});

test('a caller that hangs up ends the request to the upstream', async () => {
  const closed = Promise.withResolvers<void>();
  upstream.answer = (response) => {
    asEvents(response).write('data: 1\n\n');
    response.once('close', closed.resolve);
  };
  const { outgoing, response } = await open('/v1/events');
  await once(response, 'data');
  outgoing.destroy();
  await closed.promise;
});

test('a stream of events that lasts too long ends as a whole one, any other breaks off', async () => {
  const ticking = (type: string) => (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    const timer = setInterval(() => response.write('data: 1\n\n'), 100);
    response.once('close', () => clearInterval(timer));
  };
  upstream.answer = ticking('text/event-stream');
  const started = performance.now();
  const { response } = await open('/v1/short');
  expect(await text(response)).toMatch(/^(data: 1\n\n){5,}$/);
  expect(performance.now() - started).toBeGreaterThan(1_900);
  upstream.answer = ticking('application/octet-stream');
  await expect(text((await open('/v1/short')).response)).rejects.toThrow('aborted');
});

test('a stream without a byte ends when it has been idle for long enough', async () => {
  upstream.answer = (response) => void asEvents(response).write('data: 1\n\n');
  const started = performance.now();
  expect(await text((await open('/v1/short')).response)).toBe('data: 1\n\n');
  expect(performance.now() - started).toBeGreaterThan(900);
  expect(performance.now() - started).toBeLessThan(1_900);
});

test('an answer that breaks off does so for the caller too', async () => {
  upstream.answer = (response) => {
    asEvents(response).write('data: 1\n\n');
    setTimeout(() => response.destroy(), 50);
  };
  await expect(text((await open('/v1/events')).response)).rejects.toThrow('aborted');
});

test.each([204, 304])('a %i has no body and ends', async (status) => {
  upstream.answer = (response) => response.writeHead(status).end();
  const response = await stack.send('GET /v1/events', withKey(ada.apiKey));
  expect([response.status, response.text]).toEqual([status, '']);
});

test('what fails before the head is an answer of ours', async () => {
  upstream.answer = () => undefined;
  const late = await stack.send('GET /v1/events', withKey(ada.apiKey));
  expect([late.status, late.json.code]).toEqual([504, 'upstream_timeout']);
  const gone = await stack.send('GET /v1/gone', withKey(ada.apiKey));
  expect([gone.status, gone.json.code]).toEqual([502, 'upstream_failed']);
  const large = await stack.send('POST /v1/events', withKey(ada.apiKey, { body: Buffer.alloc(4_500_001) }));
  expect([large.status, large.json.code]).toEqual([413, 'payload_too_large']);
  expect(large.json.detail).toContain('4.5 MB');
  const ambiguous = await stack.send('GET /v1/events/a%2fb', withKey(ada.apiKey));
  expect([ambiguous.status, ambiguous.json.code]).toEqual([400, 'malformed_request']);
});

test('nobody streams without a credential, and refusals are whole answers', async () => {
  const calls = upstream.received.length;
  const refused = await stack.send('GET /v1/events');
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, stack.challenge]);
  const { key } = await stack.createKey(await stack.logIn(ada), { scopes: ['read'] });
  expect((await stack.send('DELETE /v1/events', withKey(key))).status).toBe(403);
  expect(upstream.received.length).toBe(calls);
});

test('open streams have a ceiling, and a place is free again when one ends', async () => {
  upstream.answer = (response) => {
    const timer = setInterval(() => response.write('data: 1\n\n'), 100);
    asEvents(response).write('data: 1\n\n');
    response.once('close', () => clearInterval(timer));
  };
  const opened = await Promise.all([1, 2, 3].map(() => open('/v1/short')));
  const refused = await stack.send('GET /v1/short', withKey(ada.apiKey));
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
  for (const { outgoing } of opened) outgoing.destroy();
  await vi.waitFor(
    async () => {
      const { outgoing, response } = await open('/v1/short');
      outgoing.destroy();
      expect(response.statusCode).toBe(200);
    },
    { timeout: 5_000, interval: 50 },
  );
});
