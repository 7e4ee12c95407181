import { gzipSync } from 'node:zlib';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withKey,
} from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

const upstream = new Upstream();
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  const url = `http://127.0.0.1:${await upstream.listen()}/base/`;
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: ROOMY_TIER },
      upstream: {
        url,
        scopes: [
          { path: '/v1/reports/*', scope: 'admin' },
          { path: '/v1/search', methods: ['POST'], scope: 'read' },
        ],
      },
    },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  await upstream.stop();
});

/** One call whose answer is `answer`; then the upstream is as it was. */
async function answering(answer: Upstream['answer'], target = 'GET /v1/things', request = {}) {
  const before = upstream.answer;
  upstream.answer = answer;
  try {
    return await stack.send(target, withKey(ada.apiKey, request));
  } finally {
    upstream.answer = before;
  }
}

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  '%s reaches the upstream below its own path',
  async (method) => {
    const response = await stack.send(`${method} /v1/things/7`, withKey(ada.apiKey));
    expect(response.status).toBe(200);
    expect(response.json).toEqual({ ok: true });
    expect(upstream.last).toMatchObject({ method, url: '/base/v1/things/7' });
  },
);

test('HEAD reaches the upstream as HEAD', async () => {
  const response = await stack.send('HEAD /v1/things', withKey(ada.apiKey));
  expect(response.status).toBe(200);
  expect(upstream.last.method).toBe('HEAD');
});

test('the identity is told by headers of ours, and proven by an assertion', async () => {
  await stack.send(
    'POST /v1/things?q=1',
    withKey(ada.apiKey, { json: {}, headers: { 'x-request-id': 'r-1' } }),
  );
  const { headers } = upstream.last;
  expect(headers).toMatchObject({
    'x-latchkey-tenant': [ada.tenantId],
    'x-latchkey-workspace': [ada.workspaceId],
    'x-latchkey-principal': [`key:${ada.keyId}`],
    'x-latchkey-scopes': ['read write delete'],
    'x-latchkey-environment': ['live'],
    'x-request-id': ['r-1'],
  });
  const keys = createLocalJWKSet((await stack.send('GET /.well-known/jwks.json')).json);
  const { payload } = await jwtVerify(headers['x-latchkey-assertion']?.[0] ?? '', keys, {
    audience: 'latchkey-upstream',
  });
  expect(payload).toMatchObject({
    tenant: ada.tenantId,
    method: 'POST',
    path: '/v1/things',
    client_address: '127.0.0.1',
  });
});

test("neither the client's credentials nor an identity that it made up reach the upstream", async () => {
  const token = await stack.logIn(ada);
  const forged = {
    'X-Latchkey-Tenant': 'other',
    'x-latchkey-admin': 'yes',
    'X-LATCHKEY-ASSERTION': 'forged',
  };
  await stack.send('GET /v1/things', { headers: { ...forged, ...bearer(token), ...apiKey(ada.apiKey) } });
  const { headers } = upstream.last;
  expect(Object.keys(headers)).not.toContain('authorization');
  expect(Object.keys(headers)).not.toContain('x-api-key');
  expect(Object.keys(headers)).not.toContain('x-latchkey-admin');
  expect(headers['x-latchkey-tenant']).toEqual([ada.tenantId]);
  expect(headers['x-latchkey-principal']).toEqual([`user:${ada.userId}`]);
  expect(headers['x-latchkey-assertion']).toHaveLength(1);
  expect(JSON.stringify(headers)).not.toMatch(new RegExp(`forged|${ada.apiKey}|${token}`));
});

test('headers of one connection end here, and so do those that Connection names', async () => {
  const headers = {
    connection: 'close, X-Only-Here',
    'x-only-here': '1',
    'keep-alive': 'timeout=9',
    te: 'trailers',
    'proxy-authorization': 'Basic abc',
    'x-kept': ['one', 'two'],
    'accept-language': 'de',
  };
  await stack.send('GET /v1/things', withKey(ada.apiKey, { headers }));
  const received = upstream.last.headers;
  for (const name of ['keep-alive', 'te', 'proxy-authorization', 'upgrade']) {
    expect([name, received[name]?.includes(headers[name as 'te'] ?? '-') ?? false]).toEqual([name, false]);
  }
  expect(received['x-kept']?.join(', ')).toBe('one, two');
  expect(received['accept-language']).toEqual(['de']);
});

test('bytes go through both ways as they are', async () => {
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
  const response = await answering(
    (res) => {
      res.setHeader('content-type', 'application/octet-stream');
      res.end(bytes);
    },
    'POST /v1/files',
    { headers: { 'content-type': 'application/octet-stream' }, body: bytes },
  );
  expect(upstream.last.body.equals(bytes)).toBe(true);
  expect(upstream.last.headers['content-type']).toEqual(['application/octet-stream']);
  expect(response.bytes.equals(bytes)).toBe(true);
  expect(response.headers['content-type']).toBe('application/octet-stream');
});

test('a query keeps its repeated parameters, their order, and what is encoded in them', async () => {
  await stack.send('GET /v1/things?a=1&a=2&b=%26%3D%20x&c=%C3%A9&d=', withKey(ada.apiKey));
  const url = new URL(upstream.last.url, 'http://upstream');
  expect([...url.searchParams]).toEqual([
    ['a', '1'],
    ['a', '2'],
    ['b', '&= x'],
    ['c', 'é'],
    ['d', ''],
  ]);
});

test.each(['/v1/a%20b', '/v1/caf%C3%A9', '/v1/a+b', '/v1/a%40b%2Cc', "/v1/a:b@c,d=f'(g)"])(
  'the path %s arrives as it was sent',
  async (path) => {
    const response = await stack.send(`GET ${path}`, withKey(ada.apiKey));
    expect(response.status).toBe(200);
    expect(upstream.last.url).toBe(`/base${path}`);
  },
);

test.each([200, 201, 204, 304, 400, 401, 403, 404, 409, 429, 500, 503])(
  "the upstream's %i goes back as it is",
  async (status) => {
    const response = await answering((res) => {
      res.statusCode = status;
      res.setHeader('x-theirs', 'yes');
      res.end(status === 204 || status === 304 ? undefined : 'theirs');
    });
    expect(response.status).toBe(status);
    expect(response.headers['x-theirs']).toBe('yes');
    expect(response.text).toBe(status === 204 || status === 304 ? '' : 'theirs');
  },
);

test('a redirect is passed on, not followed', async () => {
  const calls = upstream.received.length;
  const response = await answering((res) => {
    res.writeHead(302, { location: 'https://elsewhere.example.com/' });
    res.end();
  });
  expect(response.status).toBe(302);
  expect(response.headers.location).toBe('https://elsewhere.example.com/');
  expect(upstream.received.length).toBe(calls + 1);
});

test('two cookies stay two', async () => {
  const response = await answering((res) => {
    res.setHeader('set-cookie', ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT']);
    res.end();
  });
  expect(response.values['set-cookie']).toEqual([
    'a=1; Path=/',
    'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT',
  ]);
});

test('a compressed answer goes back as it is', async () => {
  const packed = gzipSync('{"packed":true}');
  const response = await answering(
    (res) => {
      res.setHeader('content-encoding', 'gzip');
      res.end(packed);
    },
    'GET /v1/things',
    { headers: { 'accept-encoding': 'gzip' } },
  );
  expect(upstream.last.headers['accept-encoding']).toEqual(['gzip']);
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(response.bytes.equals(packed)).toBe(true);
});

test('nobody is told the internal host, and links are made for the public one', async () => {
  const response = await answering(
    (res) => {
      res.writeHead(201, { location: `http://${upstream.last.headers.host}/base/v1/things/7` });
      res.end();
    },
    'POST /v1/things',
    { headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' } },
  );
  expect(response.headers.location).toBe(`${stack.url}/v1/things/7`);
  expect(JSON.stringify(upstream.last.headers)).not.toContain('evil.example');
  expect(upstream.last.headers['x-forwarded-host']).toEqual([new URL(stack.url).host]);
  await stack.send('GET /live/v1/things', withKey(ada.apiKey));
  expect(upstream.last.headers['x-forwarded-prefix']).toEqual(['/live']);
});

test('a page of the upstream cannot act as ours, nor take our cookies', async () => {
  const response = await answering(
    (res) => {
      res.setHeader('content-type', 'text/html');
      res.setHeader('set-cookie', ['a=1', '__Host-latchkey-session=theirs; Secure; Path=/']);
      res.setHeader('access-control-allow-credentials', 'true');
      res.end('<script>alert(1)</script>');
    },
    'GET /v1/page',
    { headers: { cookie: 'a=1; __Host-latchkey-session=secret' } },
  );
  expect(upstream.last.headers.cookie).toEqual(['a=1']);
  expect(response.headers['content-security-policy']).toBe('sandbox');
  expect(response.values['set-cookie']).toEqual(['a=1']);
  expect(response.headers['access-control-allow-credentials']).toBeUndefined();
});

test('a 503 keeps its Retry-After', async () => {
  const response = await answering((res) => {
    res.writeHead(503, { 'retry-after': '7' });
    res.end();
  });
  expect(response.headers['retry-after']).toBe('7');
});

test('an upstream that resets the second request on each connection is not noticed by 200 GETs', async () => {
  const counts = new Map<unknown, number>();
  const before = upstream.answer;
  upstream.answer = (res) => {
    const count = (counts.get(res.socket) ?? 0) + 1;
    counts.set(res.socket, count);
    if (count === 2) res.socket?.resetAndDestroy();
    else res.end('ok');
  };
  try {
    const statuses = new Set<number>();
    for (let index = 0; index < 200; index += 1)
      statuses.add((await stack.send('GET /v1/things', withKey(ada.apiKey))).status);
    expect([...statuses]).toEqual([200]);
    expect([...counts.values()].filter((count) => count === 2).length).toBeGreaterThan(150);
  } finally {
    upstream.answer = before;
  }
});

test('the request id and the allowance of the front door are on the upstream answer, whatever it says', async () => {
  const response = await answering(
    (res) => {
      res.setHeader('x-request-id', 'theirs');
      res.setHeader('x-ratelimit-limit', '1');
      res.setHeader('ratelimit-remaining', '1');
      res.setHeader('ratelimit', '"theirs";r=1;t=1');
      res.setHeader('access-control-allow-origin', 'https://theirs.example.com');
      res.end();
    },
    'GET /v1/things',
    { headers: { 'x-request-id': 'mine' } },
  );
  expect(response.values['x-request-id']).toEqual(['mine']);
  expect(response.values['x-ratelimit-limit']).toEqual([String(ROOMY_TIER.keyRequestsPerMinute)]);
  expect(response.values['ratelimit-policy']).toEqual([
    `"default";q=${ROOMY_TIER.keyRequestsPerMinute};w=60`,
  ]);
  expect(response.values.ratelimit).toEqual([expect.stringMatching(/^"default";r=\d+;t=\d+$/)]);
  expect(response.headers['ratelimit-remaining']).toBeUndefined();
  expect(response.values['access-control-allow-origin']).toEqual(['*']);
});

test('a body of 4.5 MB goes through, one of a byte more is a 413, one of 11 MB too', async () => {
  const send = (megabytes: number, more = 0) =>
    stack.send('POST /v1/files', withKey(ada.apiKey, { body: Buffer.alloc(megabytes * 1e6 + more) }));
  expect((await send(4.5)).status).toBe(200);
  expect(upstream.last.body).toHaveLength(4_500_000);
  const calls = upstream.received.length;
  const refused = await send(4.5, 1);
  expect(refused.status).toBe(413);
  expect(refused.headers['content-type']).toMatch(/json/);
  expect((await send(11)).status).toBe(413);
  // In between an event no longer fits into Lambda's 6 MiB, and API Gateway answers before any function of ours.
  expect((await send(6)).status).toBeGreaterThanOrEqual(400);
  expect(upstream.received.length).toBe(calls);
});

test('an answer of 4.5 MB goes back, one of a byte more is a 502 and not half an answer', async () => {
  expect((await answering((res) => res.end(Buffer.alloc(4_500_000)))).bytes).toHaveLength(4_500_000);
  const response = await answering((res) => res.end(Buffer.alloc(4_500_001)));
  expect(response.status).toBe(502);
  expect(response.json.code).toBe('upstream_failed');
});

test('an upstream that hangs up is a 502 that tells nothing of it', async () => {
  const response = await answering((res) => res.destroy());
  expect(response.status).toBe(502);
  expect(response.json).toMatchObject({ type: 'server_error', code: 'upstream_failed' });
  expect(response.text).not.toMatch(/127\.0\.0\.1|ECONN|socket|fetch/);
  await vi.waitFor(
    () =>
      expect(stack.lines.some((line) => /forwarder.*"status":502.*"cause".*socket hang up/i.test(line))).toBe(
        true,
      ),
    20_000,
  );
});

test('the configuration decides the scope of a path before the method does', async () => {
  const token = await stack.logIn(ada);
  const { key } = await stack.createKey(token, { scopes: ['read'] });
  expect((await stack.send('POST /v1/search', withKey(key))).status).toBe(200);
  expect((await stack.send('PUT /v1/search', withKey(key))).status).toBe(403);
  for (const path of ['/v1/reports', '/v1/reports/', '/v1/reports/q3']) {
    const response = await stack.send(`GET ${path}`, withKey(key));
    expect([path, response.status]).toEqual([path, 403]);
    expect(response.json.detail).toBe('Insufficient scope. Required: admin');
    expect((await stack.send(`GET ${path}`, { headers: bearer(token) })).status).toBe(200);
  }
});

test.each([
  '/v1/report%73/q3',
  '/v1/reports;a=1/q3',
  '/v1/x/..;/reports',
  '/v1/reports#q3',
  '/v1/reports%20/q3',
])('the path %s, which others may read as one with a rule, reaches nobody', async (path) => {
  const calls = upstream.received.length;
  const response = await stack.send(`GET ${path}`, withKey(ada.apiKey));
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(upstream.received.length).toBe(calls);
});

test('what is refused never reaches the upstream', async () => {
  const calls = upstream.received.length;
  await stack.send('GET /v1/things');
  await stack.send('GET /v1/things', withKey('lk_live_forged'));
  await stack.send('GET /v1/reports/q3', withKey(ada.apiKey));
  await stack.send('GET /v1/a%2fb', withKey(ada.apiKey));
  expect(upstream.received.length).toBe(calls);
});

// Last: nothing listens any more.
test('an upstream that is down is a 502 in our words', async () => {
  await upstream.stop();
  const response = await stack.send('GET /v1/things', withKey(ada.apiKey));
  expect(response.status).toBe(502);
  expect(response.json.code).toBe('upstream_failed');
});
