import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, apiKey, startTestStack, type TestStack } from '../support/stack.ts';

/** What RFC 9110 and RFC 9112 ask of an intermediary, of messages that no library would write: docs/upstream.md lists the items. */

/** The team's API, to the byte: remembers the head of each request, and answers as the test says. */
let answer = '';
const heads: string[] = [];
const server: Server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (data) => {
    heads.push(data.toString('latin1'));
    socket.end(answer, 'latin1');
  });
});
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stack = await startTestStack({
    profile: 'default',
    config: {
      upstream: { url, circuitBreaker: null },
      upstreams: { events: { path: '/v1/events', url, circuitBreaker: null, stream: {} } },
    },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  server.close();
});

const call = (response: string, headers: Record<string, string> = {}, target = 'GET /v1/things') => {
  answer = response.replaceAll('\n', '\r\n');
  heads.length = 0;
  return stack.raw(target, { headers: { ...apiKey(ada.apiKey), ...headers } });
};
const OK = 'HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\n\nok';

describe('what is forwarded', () => {
  test('has our own version, and the form of an origin (9110, 6.2; 9112, 2.3, 3.2)', async () => {
    answer = OK.replaceAll('\n', '\r\n');
    heads.length = 0;
    const { hostname, port, host } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET ${stack.url}/v1/things?a=1 HTTP/1.0\r\nHost: ${host}\r\nX-API-Key: ${ada.apiKey}\r\n\r\n`,
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(heads[0]).toMatch(/^GET \/v1\/things\?a=1 HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/);
  });

  test('has conditions, ranges and preferences as they came (9110, 12.5, 13.1, 14.2)', async () => {
    const sent = {
      'If-None-Match': '"a", W/"b"',
      'If-Modified-Since': 'Sat, 29 Oct 1994 19:43:31 GMT',
      'If-Match': '"c"',
      Range: 'bytes=0-1',
      'If-Range': '"d"',
      'Accept-Encoding': 'gzip;q=1.0, identity; q=0.5',
      'Cache-Control': 'no-cache, no-transform',
    };
    await call(OK, sent);
    for (const [name, value] of Object.entries(sent))
      expect(heads[0]?.toLowerCase()).toContain(`\r\n${name}: ${value}\r\n`.toLowerCase());
  });

  test('does not go round in a circle (9110, 7.6)', async () => {
    const via = (times: number) => ({ Via: Array.from({ length: times }, () => '1.1 latchkey').join(', ') });
    expect((await call(OK, via(5))).status).toBe(200);
    const refused = await call(OK, via(6));
    expect([refused.status, refused.json.code, heads]).toEqual([502, 'upstream_failed', []]);
  });
});

describe('what comes back', () => {
  test('partial content and a validator are passed as they are (9110, 8.8, 14.4, 15.3.7)', async () => {
    const partial = await call(
      'HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-1/7\nETag: W/"a"\nLast-Modified: Sat, 29 Oct 1994 19:43:31 GMT\nAccept-Ranges: bytes\nContent-Length: 2\n\nok',
    );
    expect(partial.status).toBe(206);
    expect(partial.headers).toMatchObject({
      'content-range': 'bytes 0-1/7',
      etag: 'W/"a"',
      'last-modified': 'Sat, 29 Oct 1994 19:43:31 GMT',
      'accept-ranges': 'bytes',
    });
  });

  test.each([
    ['204 No Content', 204],
    ['304 Not Modified', 304],
  ])('a %s has no content (9110, 15.3.5, 15.4.5)', async (line, status) => {
    const response = await call(`HTTP/1.1 ${line}\nETag: "a"\n\n`);
    expect([response.status, response.text, response.headers.etag]).toEqual([status, '', '"a"']);
    expect(response.headers).not.toHaveProperty('content-length');
  });

  test.each([299, 418, 499, 599])('a status that nobody knows is passed: %i (9110, 15)', async (status) => {
    expect((await call(`HTTP/1.1 ${status} Theirs\nContent-Length: 2\n\nok`)).status).toBe(status);
  });

  test('Vary is kept, and Cache-Control is not touched (9110, 12.5.5)', async () => {
    const { headers } = await call(
      'HTTP/1.1 200 OK\nVary: Accept-Language\nCache-Control: private, max-age=7, theirs\nContent-Length: 2\n\nok',
    );
    expect(headers.vary).toMatch(/^Accept-Language/);
    expect(headers['cache-control']).toBe('private, max-age=7, theirs');
  });

  test('a challenge arrives under another name with its value as it is (9110, 11.6.1)', async () => {
    const challenge = 'Basic realm="theirs", Bearer error="invalid_token"';
    const { status, headers } = await call(
      `HTTP/1.1 401 Unauthorized\nWWW-Authenticate: ${challenge}\nContent-Length: 0\n\n`,
    );
    expect([status, headers['x-amzn-remapped-www-authenticate']]).toEqual([401, challenge]);
  });

  test('an interim response is not the answer, nor are its headers (9110, 15.2)', async () => {
    const {
      status,
      headers,
      text: body,
    } = await call(`HTTP/1.1 103 Early Hints\nLink: </style.css>; rel=preload\n\n${OK}`);
    expect([status, body, headers.link]).toEqual([200, 'ok', undefined]);
  });

  test('a change of protocol that nobody asked for is a 502 (9110, 7.8, 15.2.2)', async () => {
    expect(
      (await call('HTTP/1.1 101 Switching Protocols\nConnection: upgrade\nUpgrade: theirs\n\n')).status,
    ).toBe(502);
  });

  test.each(['GET /v1/things', 'GET /v1/events'])(
    'trailers become no headers, and extensions of chunks no content: %s (9110, 6.5.1; 9112, 7.1)',
    async (target) => {
      const { headers, text: body } = await call(
        'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: X-Late, Set-Cookie\n\n2;name=value\nok\n0\nX-Late: yes\nSet-Cookie: a=b\n\n',
        {},
        target,
      );
      expect([body, headers['x-late'], headers['set-cookie'], headers.trailer]).toEqual([
        'ok',
        undefined,
        undefined,
        undefined,
      ]);
    },
  );

  test('a response that ends with its connection is whole (9112, 6.3)', async () => {
    expect((await call('HTTP/1.0 200 OK\n\nto the end')).text).toBe('to the end');
  });
});

describe('what two readers could frame differently is a 502, and nothing of it comes through (9112, 2.2, 5, 6.3, 11.2)', () => {
  test.each([
    ['both lengths', 'Transfer-Encoding: chunked\nContent-Length: 2\n\n0\n\n'],
    ['two lengths that differ', 'Content-Length: 2\nContent-Length: 3\n\nok!'],
    ['a length that is no number', 'Content-Length: +2\n\nok'],
    ['a list of lengths', 'Content-Length: 2, 3\n\nok!'],
    ['a coding after chunked', 'Transfer-Encoding: chunked, gzip\n\n2\nok\n0\n\n'],
    ['a blank before the colon', 'X-Theirs : yes\nContent-Length: 2\n\nok'],
    ['a name with a blank in it', 'X Theirs: yes\nContent-Length: 2\n\nok'],
    ['a chunk of no length', 'Transfer-Encoding: chunked\n\nxy\nok\n0\n\n'],
    ['a chunk that is too long', 'Transfer-Encoding: chunked\n\n2\nok!\n0\n\n'],
    ['a NUL in a value', 'X-Theirs: a\0b\nContent-Length: 2\n\nok'],
    ['fewer bytes than were announced', 'Content-Length: 7\n\nok'],
    ['chunks without an end', 'Transfer-Encoding: chunked\n\n2\nok\n'],
  ])('%s', async (_, rest) => {
    const response = await call(`HTTP/1.1 200 OK\n${rest}`);
    expect([response.status, response.json.code]).toEqual([502, 'upstream_failed']);
    expect(response.headers).not.toHaveProperty('x-theirs');
  });

  test('a folded line is a 502 or one line (9112, 5.2)', async () => {
    const response = await call('HTTP/1.1 200 OK\nX-Theirs: one\n two\nContent-Length: 2\n\nok');
    expect([502, 200]).toContain(response.status);
    if (response.status === 200) expect(response.headers['x-theirs']).toMatch(/^one +two$/);
  });

  test('no line of HTTP at all', async () => {
    expect((await call('SSH-2.0-theirs\n')).status).toBe(502);
  });
});
