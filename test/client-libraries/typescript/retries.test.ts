/** What is sent again, when, and what is not. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Attempt,
  ConnectionError,
  Latchkey,
  type LatchkeyOptions,
  RateLimitError,
  ServerError,
  TimeoutError,
} from '../../../clients/typescript/src/index.ts';
import { pauseSeconds } from '../../../clients/typescript/src/retries.ts';
import { type Answer, type Asked, type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.stop();
  server = undefined;
});

/** A client of a server with a script. Jitter is none, so that pauses are what `Retry-After` says. */
async function clientOf(
  script: readonly Answer[] | ((asked: Asked) => Answer),
  options: LatchkeyOptions = {},
) {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const started = (server = await scriptedServer(script));
  return {
    client: new Latchkey({ endpoint: started.url, apiKey: 'lk_secret', ...options }),
    server: started,
  };
}

const LIMITED: Answer = { status: 429, headers: { 'Retry-After': '1' }, json: { detail: 'Too many.' } };
const BUSY: Answer = { status: 503, json: { detail: 'Busy.' } };
const write = { method: 'POST', body: '{"text":"a"}' };

test('a read that is refused for load is sent again, and answers', async () => {
  const { client, server } = await clientOf([BUSY, BUSY, { json: { ok: true } }]);
  expect(await (await client.fetch('/v1/memories')).json()).toEqual({ ok: true });
  expect(server.asked).toHaveLength(3);
});

test('no more than maxRetries times, and the last refusal is thrown', async () => {
  const { client, server } = await clientOf([BUSY], { maxRetries: 1 });
  await expect(client.fetch('/v1/memories')).rejects.toBeInstanceOf(ServerError);
  expect(server.asked).toHaveLength(2);
});

test('Retry-After in seconds is waited for', async () => {
  const { client, server } = await clientOf([LIMITED, {}]);
  await client.fetch('/v1/memories');
  const [first, second] = server.asked;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
});

test('Retry-After as a date is waited for', async () => {
  const soon = () => new Date(Date.now() + 2000).toUTCString();
  let count = 0;
  const { client, server } = await clientOf(() =>
    count++ === 0 ? { status: 503, headers: { 'Retry-After': soon() } } : {},
  );
  await client.fetch('/v1/memories');
  const [first, second] = server.asked;
  // A date has no parts of seconds: two of them are more than one.
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(950);
});

test('who should come again after a minute or more is told at once', async () => {
  const { client, server } = await clientOf([{ status: 429, headers: { 'Retry-After': '61' } }]);
  const error = await client.fetch('/v1/memories').catch((error: unknown) => error);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({ retryAfter: 61, status: 429 });
  expect(server.asked).toHaveLength(1);
});

describe('the pause', () => {
  const bounds = [0.5, 1, 2, 4, 8, 8];
  test.each(bounds.map((bound, attempt) => [attempt, bound]))(
    'after attempt %i is anything up to %d seconds',
    (attempt, bound) => {
      expect(pauseSeconds(attempt, null, () => 0)).toBe(0);
      expect(pauseSeconds(attempt, null, () => 0.999)).toBeCloseTo(bound * 0.999);
    },
  );

  test('is never shorter than Retry-After', () => {
    const error = new RateLimitError('', { retryAfter: 30 });
    expect(pauseSeconds(0, error, () => 0)).toBe(30);
    expect(pauseSeconds(0, error, () => 0.999)).toBeCloseTo(30.5, 1);
  });

  test('ends when its caller gives up', async () => {
    const { client } = await clientOf([{ status: 503, headers: { 'Retry-After': '50' } }]);
    const startedMs = performance.now();
    const call = client.fetch('/v1/memories', { signal: AbortSignal.timeout(100) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe('a write without an Idempotency-Key', () => {
  test.each<[string, Answer]>([
    ['is refused for load', BUSY],
    ['is over its limit', { ...LIMITED, headers: { 'Retry-After': '0' } }],
    ['has lost its answer', { instead: 'lost' }],
  ])('is never sent twice when it %s', async (_name, answer) => {
    const { client, server } = await clientOf([answer, {}]);
    await expect(client.fetch('/v1/memories', write)).rejects.toThrow();
    expect(server.asked).toHaveLength(1);
  });

  test('is sent again where nothing was sent, as no connection was made', async () => {
    const port = await freePort();
    const attempts: Attempt[] = [];
    const options = { apiKey: 'lk_secret', endpoint: `http://127.0.0.1:${port}` };
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const client = new Latchkey({ ...options, log: (attempt) => attempts.push(attempt) });
    await expect(client.fetch('/v1/memories', write)).rejects.toBeInstanceOf(ConnectionError);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });
});

describe('a write with an Idempotency-Key', () => {
  test.each<[string, Answer]>([
    ['load', BUSY],
    ['a lost answer', { instead: 'lost' }],
    ['the first sending that is still carried out', { status: 409, json: { code: 'request_in_flight' } }],
  ])('is sent again after %s, with the same key and body', async (_name, answer) => {
    const { client, server } = await clientOf([answer, {}]);
    await client.fetch('/v1/memories', { ...write, idempotencyKey: 'once' });
    expect(server.asked).toHaveLength(2);
    for (const { headers, body } of server.asked) {
      expect(headers['idempotency-key']).toBe('once');
      expect(body).toBe(write.body);
    }
  });
});

test('a refusal for good is not sent again', async () => {
  for (const status of [400, 403, 404, 409, 500, 502]) {
    const { client, server } = await clientOf([{ status }]);
    await expect(client.fetch('/v1/memories')).rejects.toMatchObject({ status });
    expect(server.asked).toHaveLength(1);
    await server.stop();
  }
  server = undefined;
});

test('a read whose answer is lost is sent again, and at last says where the connection broke', async () => {
  const { client, server } = await clientOf([{ instead: 'lost' }, { json: { ok: true } }]);
  expect(await (await client.fetch('/v1/memories')).json()).toEqual({ ok: true });
  expect(server.asked).toHaveLength(2);
});

test('an answer that breaks off in its body is asked for again', async () => {
  const view = { id: 'key_1', name: 'a' };
  const { client, server } = await clientOf([{ instead: 'lost in the body' }, { json: view }]);
  expect(await client.auth.getApiKey('key_1')).toEqual(view);
  expect(server.asked).toHaveLength(2);
});

test('a server that says nothing is given up after timeoutSeconds', async () => {
  const { client, server } = await clientOf([{ instead: 'never' }], { timeoutSeconds: 0.2, maxRetries: 1 });
  await expect(client.fetch('/v1/memories')).rejects.toBeInstanceOf(TimeoutError);
  expect(server.asked).toHaveLength(2);
});

test('each sending is logged, without query, headers or body', async () => {
  const attempts: Attempt[] = [];
  const answer = { headers: { 'X-Request-ID': 'req_2' } };
  const { client, server } = await clientOf([{ status: 503, headers: { 'X-Request-ID': 'req_1' } }, answer], {
    log: (attempt) => attempts.push(attempt),
  });
  await client.fetch('/v1/memories?q=private');
  const of = { method: 'GET', url: `${server.url}/v1/memories` };
  expect(attempts).toEqual([
    { ...of, attempt: 1, status: 503, requestId: 'req_1', pauseSeconds: 0 },
    { ...of, attempt: 2, status: 200, requestId: 'req_2', pauseSeconds: null },
  ]);
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as { port: number };
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
