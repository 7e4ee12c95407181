import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AssertionError, type AssertionVerifier, verifyAssertion } from '../../lambdas/verify/assertion.ts';
import { verify } from '../../lambdas/verify/express.ts';
import { type VerifiedRequest, verified, verifiedUpgrade } from '../../lambdas/verify/node.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function listening(made: Server): Promise<number> {
  server = made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return (made.address() as AddressInfo).port;
}

async function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}) {
  const call = request({ host: '127.0.0.1', port, path, headers });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** All that a server writes to a connection. */
async function spoken(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return text(socket);
}

const upgrade = (...headers: string[]) => [
  'GET /items HTTP/1.1',
  'Host: a',
  'Connection: Upgrade',
  'Upgrade: websocket',
  ...headers,
];

test('an upgrade is decided as a request is: Node tells no listener of requests of it', async () => {
  const seen: VerifiedRequest[] = [];
  const http = createServer();
  http.on(
    'upgrade',
    verifiedUpgrade(service.verifier, (request, socket) => {
      seen.push(request);
      socket.end('HTTP/1.1 101 \r\n\r\n');
    }),
  );
  const port = await listening(http);
  expect(await spoken(port, upgrade())).toMatch(
    /^HTTP\/1.1 401 \r\n(.+\r\n)*Connection: close\r\n\r\n\{.+\}$/,
  );
  expect(seen).toHaveLength(0);
  const { key } = await service.tenant.createKey({ scopes: ['read'] });
  const answer = await spoken(port, upgrade(`Authorization: Bearer ${key}`, 'X-Latchkey-Tenant: another'));
  expect(answer).toMatch(/^HTTP\/1.1 101/);
  expect(seen[0]?.latchkey).toMatchObject({ tenant: service.tenant.tenantId });
  expect(seen[0]?.rawHeaders.join()).not.toMatch(/latchkey/i);
});

test('a preflight is no upgrade, and not for whoever looks at no method', async () => {
  const http = createServer();
  http.on(
    'upgrade',
    verifiedUpgrade(service.verifier, (_request, socket) => socket.end('HTTP/1.1 101 \r\n\r\n')),
  );
  const [, ...lines] = upgrade('Origin: https://a.example.com', 'Access-Control-Request-Method: GET');
  expect(await spoken(await listening(http), ['OPTIONS /items HTTP/1.1', ...lines])).toMatch(
    /^HTTP\/1.1 405 /,
  );
});

test('the target of a request that is no path is refused', async () => {
  const port = await listening(
    createServer(verified(service.verifier, (_, response) => response.end('reached'))),
  );
  const lines = ['GET http://elsewhere/items HTTP/1.1', 'Host: a', 'Connection: close'];
  expect(await spoken(port, lines)).toMatch(/^HTTP\/1.1 400 /);
});

test('headers that are too large end at Node’s own limit', async () => {
  const port = await listening(
    createServer(verified(service.verifier, (_, response) => response.end('reached'))),
  );
  const headers = { Authorization: `Bearer ${'a'.repeat(20_000)}` };
  expect((await get(port, '/items', headers)).status).toBe(431);
  expect((await get(port, '/items', { Authorization: `Bearer ${'a'.repeat(12_000)}` })).status).toBe(401);
});

test('an answer that somebody gave meanwhile stays, and the listener hears nothing', async () => {
  let isReached = false;
  const handle = verified(service.verifier, () => {
    isReached = true;
  });
  let decided: Promise<unknown> = Promise.resolve();
  const verifyAll = vi.spyOn(service.verifier, 'verify').mockImplementation((request) => {
    const outcome = service.verifierWith().verify(request);
    decided = outcome;
    return outcome;
  });
  const port = await listening(
    createServer((request, response) => {
      handle(request, response);
      response.end('late');
    }),
  );
  const headers = { Authorization: `Bearer ${service.credentials.reader}` };
  for (const each of [{}, headers])
    expect(await get(port, '/items', each)).toMatchObject({ status: 200, body: 'late' });
  await decided;
  expect(isReached).toBe(false);
  verifyAll.mockRestore();
});

test('behind a load balancer the address is the one that it adds, and no other', async () => {
  const verifier = service.verifierWith({ trustedProxies: 1 });
  const port = await listening(createServer(verified(verifier, (_, response) => response.end('reached'))));
  const headers = { Authorization: `Bearer ${service.credentials.elsewhere}` };
  const from = (forwarded: string) => get(port, '/items', { ...headers, 'X-Forwarded-For': forwarded });
  expect((await from('198.51.100.7, 203.0.113.9')).status).toBe(403);
  expect((await from('203.0.113.9, 198.51.100.7')).status).toBe(200);
});

test('an application that is mounted below another is decided on by the whole path', async () => {
  const middleware = verify(service.verifierWith({ rules: { '/admin/*': 'admin', '/*': 'read' } }));
  const { key } = await service.tenant.createKey({ scopes: ['read'] });
  // As Express cuts off the path of a mounted router, and Connect that of a mounted server.
  const mounted = (cut: (request: IncomingMessage) => object) =>
    createServer((request, response) =>
      middleware(Object.assign(request, cut(request)), response, () => response.end('reached')),
    );
  const headers = { Authorization: `Bearer ${key}` };
  const express = await listening(
    mounted(() => ({ baseUrl: '/admin', url: '/users', originalUrl: '/x/users' })),
  );
  expect((await get(express, '/x/users', headers)).status).toBe(403);
  server?.close();
  const onConnect = await listening(mounted(() => ({ originalUrl: '/admin/users', url: '/users' })));
  expect((await get(onConnect, '/admin/users', headers)).status).toBe(403);
});

test('a rule of the route is checked when the middleware is made', () => {
  expect(() => verify(service.verifier, 'reed')).toThrow('the scope "reed" is not declared');
});

/** Accepts one assertion, for one request. */
const assertions: AssertionVerifier = {
  async verify(header, { method, path }) {
    const [assertion, ...more] = [header ?? []].flat();
    if (assertion === undefined || more.length > 0) throw new AssertionError('missing', 'None, or several.');
    if (assertion === 'late') throw new AssertionError('unavailable', 'No keys.');
    if (assertion !== 'good' || `${method} ${path}` !== 'GET /v1/stats')
      throw new AssertionError('other_request', 'Another request.');
    return {
      tenant: 't',
      workspace: 'w',
      principal: 'key:k',
      kind: 'key',
      keyId: 'k',
      scopes: ['read'],
      environment: 'live',
      clientAddress: '192.0.2.7',
      requestId: 'r',
    };
  },
};

test('an upstream hears only of requests that the front door has signed', async () => {
  const middleware = verifyAssertion(assertions);
  const http = createServer((request: IncomingMessage & { asserted?: { tenant: string } }, response) =>
    middleware(request as never, response, () => response.end(request.asserted?.tenant)),
  );
  const port = await listening(http);
  const good = { 'X-Latchkey-Assertion': 'good' };
  expect(await get(port, '/v1/stats?x=1', good)).toMatchObject({ status: 200, body: 't' });
  expect(await get(port, '/v1/other', good)).toMatchObject({ status: 401 });
  expect(JSON.parse((await get(port, '/v1/stats')).body)).toMatchObject({
    status: 401,
    code: 'assertion_missing',
  });
  expect(await get(port, '/v1/stats', { 'X-Latchkey-Assertion': 'late' })).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
  });
  const twice = [
    'GET /v1/stats HTTP/1.1',
    'Host: a',
    'Connection: close',
    ...Array(2).fill('X-Latchkey-Assertion: good'),
  ];
  expect(await spoken(port, twice)).toMatch(/^HTTP\/1.1 401 /);
});
