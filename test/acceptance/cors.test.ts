/** Pages in browsers: which may call, what they may send and read (Fetch standard, 3.3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, startTestStack, type TestStack, withKey } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://admin.example.com:8443';
const STRANGER = 'https://evil.example';

const upstream = new Upstream();
let url: string;
beforeAll(async () => {
  url = `http://127.0.0.1:${await upstream.listen()}`;
});
afterAll(() => upstream.stop());

const preflight = (stack: TestStack, origin: string, path = '/v1/things') =>
  stack.send(`OPTIONS ${path}`, {
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,if-match,mcp-session-id',
    },
  });

describe('with several origins', () => {
  let stack: TestStack;
  let ada: Account;
  beforeAll(async () => {
    const cors = { allowedOrigins: [APP, OTHER], exposedHeaders: ['X-Total'], maxAge: 600 };
    stack = await startTestStack({ profile: 'default', config: { upstream: { url }, cors } });
    ada = await stack.onboard();
  });
  afterAll(() => stack?.stop());

  test.each(['/v1/things', '/v1', '/v1/auth/login', '/health', '/', '/nothing'])(
    'a preflight of %s names the origin that calls, if it is allowed, and no other',
    async (path) => {
      for (const [origin, named] of [
        [APP, APP],
        [OTHER, OTHER],
        [STRANGER, undefined],
        [`${APP}.evil.example`, undefined],
        ['null', undefined],
      ] as const) {
        const { status, headers } = await preflight(stack, origin, path);
        expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([
          204,
          named,
          'Origin',
        ]);
        expect(headers['access-control-allow-methods']).toContain('PUT');
        expect(headers['access-control-allow-headers']?.toLowerCase().split(',')).toEqual(
          expect.arrayContaining([
            'authorization',
            'if-match',
            'mcp-session-id',
            'traceparent',
            'last-event-id',
          ]),
        );
        expect(headers['access-control-max-age']).toBe('600');
        expect(headers['access-control-allow-credentials']).toBeUndefined();
      }
    },
  );

  test('a function, the upstream and API Gateway name the origin that calls, and vary by it', async () => {
    for (const target of ['GET /health', 'GET /v1/auth/me', 'GET /v1/things']) {
      const call = async (origin: string) =>
        (await stack.send(target, withKey(ada.apiKey, { headers: { origin } }))).headers;
      expect((await call(APP))['access-control-allow-origin']).toBe(APP);
      expect((await call(OTHER))['access-control-allow-origin']).toBe(OTHER);
      const refused = await call(STRANGER);
      expect([refused['access-control-allow-origin'], refused.vary]).toEqual([undefined, 'Origin']);
    }
    const { status, headers } = await stack.send('GET /v1/things', { headers: { origin: OTHER } });
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([401, OTHER, 'Origin']);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test("the upstream's Vary and Access-Control-Expose-Headers are united with ours, its origin is not", async () => {
    upstream.answer = (response) => {
      response.setHeader('vary', 'Accept-Encoding');
      response.setHeader('access-control-expose-headers', 'ETag, x-request-id');
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-credentials', 'true');
      response.end('{}');
    };
    const { values, headers } = await stack.send(
      'GET /v1/things',
      withKey(ada.apiKey, { headers: { origin: APP } }),
    );
    expect(values.vary?.join(', ')).toBe('Accept-Encoding, Origin');
    expect(values['access-control-allow-origin']).toEqual([APP]);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    const exposed = headers['access-control-expose-headers']?.toLowerCase().split(', ') ?? [];
    expect(exposed).toEqual(expect.arrayContaining(['etag', 'x-total', 'x-request-id', 'retry-after']));
    expect(new Set(exposed).size).toBe(exposed.length);
  });
});

describe('with every origin', () => {
  let stack: TestStack;
  let ada: Account;
  beforeAll(async () => {
    const cors = { allowedOrigins: ['*'], allowedHeaders: ['X-Mine'] };
    stack = await startTestStack({ profile: 'default', config: { upstream: { url }, cors } });
    ada = await stack.onboard();
  });
  afterAll(() => stack?.stop());

  test('a preflight needs no function, and allows what is configured besides what our routes take', async () => {
    const { status, headers } = await preflight(stack, STRANGER);
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([204, '*', undefined]);
    const allowed = headers['access-control-allow-headers']?.split(',');
    expect(allowed).toEqual(expect.arrayContaining(['Authorization', 'Idempotency-Key', 'X-Mine']));
    expect(allowed).not.toContain('If-Match');
    expect(headers['x-amzn-trace-id']).toBeUndefined();
  });

  test('no answer allows credentials beside *, whatever the upstream says', async () => {
    upstream.answer = (response) => {
      response.setHeader('access-control-allow-credentials', 'true');
      response.setHeader('access-control-expose-headers', 'ETag');
      response.end('{}');
    };
    const { headers } = await stack.send('GET /v1/things', withKey(ada.apiKey));
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers['access-control-expose-headers']).toMatch(/X-Request-ID.*ETag/);
  });
});
