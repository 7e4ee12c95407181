import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { callAws } from '../../lambdas/kernel/aws-http.ts';
import { secretReader } from '../../lambdas/kernel/secrets-http.ts';

/** AWS, which here resets the second request on every connection. */
const seen = new Map<Socket, number>();
const server = createServer(({ socket }, response) => {
  seen.set(socket, (seen.get(socket) ?? 0) + 1);
  if ((seen.get(socket) ?? 0) > 1) socket.resetAndDestroy();
  else response.end('{"SecretString":"the text"}');
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', url);
  vi.stubEnv('AWS_ENDPOINT_URL_SESV2', url);
});
beforeEach(() => seen.clear());
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** Until a connection that is kept can be taken again. */
const untilKept = () => delay(20);

test('a read takes a connection of its own: one that was kept would be dead', async () => {
  const read = secretReader('arn:aws:secretsmanager:us-east-1:000000000000:secret:a');
  for (let index = 0; index < 5; index += 1) {
    expect(await read('AWSCURRENT')).toBe('the text');
    await untilKept();
  }
  expect([...seen.values()]).toEqual([1, 1, 1, 1, 1]);
});

test('so does every other call', async () => {
  const call = { host: 'email', variable: 'SESV2', headers: {}, body: '{}', timeoutMilliseconds: 1000 };
  for (let index = 0; index < 5; index += 1) {
    expect(JSON.parse((await callAws(call)).text)).toEqual({ SecretString: 'the text' });
    await untilKept();
  }
  expect([...seen.values()]).toEqual([1, 1, 1, 1, 1]);
});
