import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { Connections, type UpstreamRequest } from '../../lambdas/upstream/connections.ts';
import { selfSigned } from '../support/certificate.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
  vi.useRealTimers();
});

async function serve(listener: RequestListener): Promise<{ server: Server; connections: Connections }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = new Connections(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  cleanups.push(() => {
    connections.close();
    server.closeAllConnections();
    server.close();
  });
  return { server, connections };
}

const request = (method: string, body = ''): UpstreamRequest => ({
  method,
  path: '/x?y=1',
  headers: [
    ['host', 'upstream.example'],
    ['connection', 'keep-alive'],
    ...(body === '' ? [] : [['content-length', String(body.length)] as const]),
  ],
  body: Buffer.from(body),
});
const never = new AbortController().signal;
const read = async (response: Promise<IncomingMessage>) => {
  const { statusCode } = await response;
  return { status: statusCode, text: await text(await response) };
};

/** Resets each connection at its second request, before or after it was read. */
function resettingSecond(): { listener: RequestListener; counts: Map<Socket, number>; served: string[] } {
  const counts = new Map<Socket, number>();
  const served: string[] = [];
  return {
    counts,
    served,
    listener: ({ socket, method = '' }, response) => {
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      served.push(method);
      if (count === 2) socket.resetAndDestroy();
      else response.end('ok');
    },
  };
}

test('200 GETs of an upstream that resets its second request are 200 times 200', async () => {
  const { listener, counts } = resettingSecond();
  const { connections } = await serve(listener);
  for (let index = 0; index < 200; index += 1)
    expect(await read(connections.send(request('GET'), never))).toEqual({ status: 200, text: 'ok' });
  // The connections were used again: without, there would be nothing to repeat.
  expect([...counts.values()].filter((count) => count === 2)).toHaveLength(199);
});

test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS'])('a %s is sent again alike', async (method) => {
  const { listener, served } = resettingSecond();
  const { connections } = await serve(listener);
  await read(connections.send(request('GET'), never));
  const body = method === 'PUT' ? 'content' : '';
  expect((await read(connections.send(request(method, body), never))).status).toBe(200);
  expect(served).toEqual(['GET', method, method]);
});

test.each(['POST', 'PATCH'])('a %s that may have been read is not sent again', async (method) => {
  const { listener, served } = resettingSecond();
  const { connections } = await serve(listener);
  await read(connections.send(request('GET'), never));
  await expect(connections.send(request(method, 'content'), never)).rejects.toThrow(/ECONNRESET|hang up/);
  expect(served).toEqual(['GET', method]);
});

test('a GET that dies on a fresh connection is not sent again', async () => {
  let count = 0;
  const { connections } = await serve((incoming) => {
    count += 1;
    incoming.socket.destroy();
  });
  await expect(connections.send(request('GET'), never)).rejects.toThrow(/hang up|ECONNRESET/);
  expect(count).toBe(1);
});

test('a GET whose answer has begun is not sent again', async () => {
  let count = 0;
  const { connections } = await serve(({ socket }, response) => {
    count += 1;
    if (count === 1) response.end('ok');
    else {
      socket.write('HTTP/1.1 200 OK\r\nContent-Le');
      setTimeout(() => socket.destroy(), 20);
    }
  });
  await read(connections.send(request('GET'), never));
  await expect(connections.send(request('GET'), never)).rejects.toThrow();
  expect(count).toBe(2);
});

test('a POST does not meet a connection that was closed while it was idle', async () => {
  const { server, connections } = await serve((_, response) => response.end('ok'));
  for (let index = 0; index < 20; index += 1) {
    await read(connections.send(request('GET'), never));
    // The event loop is held until the end of the connection has arrived unheard, as in a frozen function.
    server.closeIdleConnections();
    const until = Date.now() + 5;
    while (Date.now() < until);
    expect((await read(connections.send(request('POST', 'content'), never))).status).toBe(200);
  }
});

test('a POST uses no connection that was idle for longer than four seconds, a GET does', async () => {
  const sockets = new Set<Socket>();
  const { connections } = await serve(({ socket }, response) => {
    sockets.add(socket);
    response.end('ok');
  });
  const now = vi.spyOn(Date, 'now');
  await read(connections.send(request('GET'), never));
  await sleep(10);
  const later = Date.now() + 4_001;
  now.mockImplementation(() => later);
  await read(connections.send(request('GET'), never));
  expect(sockets.size).toBe(1);
  now.mockImplementation(() => later + 4_001);
  await read(connections.send(request('POST', 'content'), never));
  expect(sockets.size).toBe(2);
  now.mockRestore();
});

test('what is sent is what is given, to the byte', async () => {
  const received: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on('data', (chunk) => {
      received.push(chunk);
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = new Connections(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base`);
  cleanups.push(() => connections.close());
  cleanups.push(() => server.close());
  const given = { ...request('POST', 'content') };
  await read(connections.send({ ...given, headers: [...given.headers, ['x-name', 'Zo\xeb']] }, never));
  expect(Buffer.concat(received).toString('latin1')).toBe(
    'POST /x?y=1 HTTP/1.1\r\nhost: upstream.example\r\nconnection: keep-alive\r\ncontent-length: 7\r\n' +
      'x-name: Zo\xeb\r\n\r\ncontent',
  );
});

test('the signal ends a request, and the answer that has begun', async () => {
  const { connections } = await serve((_, response) => {
    response.writeHead(200);
    response.write('half');
  });
  const ending = new AbortController();
  const response = await connections.send(request('GET'), ending.signal);
  ending.abort();
  await expect(text(response)).rejects.toThrow();
  await expect(connections.send(request('GET'), ending.signal)).rejects.toThrow();
});

test('a body that ends too early is an error, not half an answer', async () => {
  const { connections } = await serve((incoming, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half');
    setTimeout(() => incoming.socket.destroy(), 10);
  });
  await expect(read(connections.send(request('GET'), never))).rejects.toThrow();
});

test('two requests at once have a connection each, so that no answer can be the other one', async () => {
  const sockets = new Set<Socket>();
  const { connections } = await serve(({ socket, url = '' }, response) => {
    sockets.add(socket);
    setTimeout(() => response.end(url), url.endsWith('slow') ? 50 : 0);
  });
  const at = (path: string) => read(connections.send({ ...request('GET'), path }, never));
  expect(await Promise.all([at('/slow'), at('/fast')])).toEqual([
    { status: 200, text: '/slow' },
    { status: 200, text: '/fast' },
  ]);
  expect(sockets.size).toBe(2);
});

test('an upstream by https with a certificate that nobody vouches for gets nothing', async () => {
  const { key, cert } = selfSigned('localhost', 7);
  const reached: string[] = [];
  const server = createTlsServer({ key, cert }, ({ url = '' }, response) => {
    reached.push(url);
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = new Connections(`https://localhost:${(server.address() as AddressInfo).port}`);
  cleanups.push(() => {
    connections.close();
    server.close();
  });
  await expect(connections.send(request('GET'), never)).rejects.toThrow(/certificate|self.signed/i);
  expect(reached).toEqual([]);
});
