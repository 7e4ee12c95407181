import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
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

type Answers = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of one kind of answer, for calls of KMS. */
async function answering(answer: Answers): Promise<void> {
  const other: Server = createServer(answer);
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${(other.address() as AddressInfo).port}`);
}

test.each<readonly [string, Answers, string]>([
  ['nothing', () => undefined, 'TimeoutError'],
  [
    'the beginning of an answer',
    (_: IncomingMessage, response: ServerResponse) => void response.write('{'),
    'TimeoutError',
  ],
  [
    'an answer that breaks off',
    (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': 100 }).write('{');
      setTimeout(() => response.destroy(), 20);
    },
    'Error',
  ],
  [
    'another protocol',
    ({ socket }: IncomingMessage) =>
      void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    'Error',
  ],
])('%s is an error in time, which says what it is', async (_, answer, name) => {
  await answering(answer);
  const call = { host: 'kms', variable: 'KMS', headers: {}, body: '{}', timeoutMilliseconds: 200 };
  await expect(callAws(call)).rejects.toMatchObject({ name });
});
