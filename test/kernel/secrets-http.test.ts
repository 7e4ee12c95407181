import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { secretReader } from '../../lambdas/kernel/secrets-http.ts';

/** Secrets Manager, which here resets the second request on every connection. */
const seen = new Map<Socket, number>();
const server = createServer(({ socket }, response) => {
  seen.set(socket, (seen.get(socket) ?? 0) + 1);
  if ((seen.get(socket) ?? 0) > 1) socket.resetAndDestroy();
  else response.end('{"SecretString":"the text"}');
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv(
    'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

test('a read takes a connection of its own: one that was kept would be dead', async () => {
  const read = secretReader('arn:aws:secretsmanager:us-east-1:000000000000:secret:a');
  for (let index = 0; index < 5; index += 1) expect(await read('AWSCURRENT')).toBe('the text');
  expect([...seen.values()]).toEqual([1, 1, 1, 1, 1]);
});
