import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { callAws } from '../../lambdas/kernel/aws-http.ts';
import { callOnce } from '../../lambdas/kernel/http-call.ts';
import { KmsCipher } from '../../lambdas/kernel/kms-cipher.ts';
import { requireSecret, secretReader } from '../../lambdas/kernel/secrets-http.ts';

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

const urlOfKms = () => new URL(process.env.AWS_ENDPOINT_URL_KMS ?? '');

test('what is longer than it may be is an error before it has come whole', async () => {
  let sent = 0;
  await answering((_, response) => {
    response.on('error', () => undefined);
    const more = () => {
      sent += 1;
      if (!response.destroyed) response.write('x'.repeat(1000), more);
    };
    more();
  });
  const endless = callOnce(urlOfKms(), { headers: {}, signal: AbortSignal.timeout(5000) }, 100_000);
  await expect(endless).rejects.toThrow('the answer is too long');
  expect(sent).toBeGreaterThanOrEqual(100);
});

test('a redirect is an answer, and leads nowhere', async () => {
  let calls = 0;
  await answering((_, response) => {
    calls += 1;
    response.writeHead(302, { location: '/elsewhere' }).end('é');
  });
  const answer = await callOnce(urlOfKms(), { headers: {}, signal: AbortSignal.timeout(5000) });
  expect([answer.status, answer.ok, answer.text, calls]).toEqual([302, false, 'é', 1]);
});

test('what a service answers that is no JSON is in no error: it may hold a secret', async () => {
  await answering((_, response) => response.end('{"SecretString":the-secret}'));
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', urlOfKms().href);
  const errors = await Promise.all([
    secretReader('a')('AWSCURRENT').catch(String),
    requireSecret('a', 500).catch(String),
    new KmsCipher('key').decrypt('', {}).catch(String),
  ]);
  const noSecret = 'Error: Secrets Manager gave no secret: Error: Secrets Manager answered 200';
  expect(errors).toEqual([noSecret, noSecret, 'Error: KMS answered 200']);
});

test.each(['', 'null', '{}', '[]', '5', '"x"', '{"Plaintext":"","CiphertextBlob":""}'])(
  'an answer %j is none: it has nothing of what was asked for',
  async (text) => {
    await answering((_, response) => response.end(text));
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', urlOfKms().href);
    const cipher = new KmsCipher('key');
    await expect(cipher.encrypt('a', {})).rejects.toThrow('KMS answered 200');
    await expect(cipher.decrypt('a', {})).rejects.toThrow('KMS answered 200');
    await expect(secretReader('a')('AWSCURRENT')).rejects.toThrow('Secrets Manager answered 200');
    await expect(requireSecret('a', 500)).rejects.toThrow('Secrets Manager answered 200');
  },
);

test('an answer is asked for without a coding, and read in the one that it has', async () => {
  const codings: unknown[] = [];
  for (const [coding, encode] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const) {
    await answering(({ headers }, response) => {
      codings.push(headers['accept-encoding']);
      response.writeHead(200, { 'content-encoding': coding }).end(encode('{"é":1}'));
    });
    const { text } = await callOnce(urlOfKms(), { headers: {}, signal: AbortSignal.timeout(5000) });
    expect([coding, text]).toEqual([coding, '{"é":1}']);
  }
  expect(codings).toEqual(['identity', 'identity', 'identity']);
});

test.each([
  ['what is not in its coding', Buffer.from('{}'), /incorrect header check/],
  ['what is too long without its coding', gzipSync('x'.repeat(1_000_000)), /larger than 100000 bytes/],
  ['what breaks off', gzipSync('x'.repeat(1000)).subarray(0, 20), /unexpected end of file/],
])('%s is an error', async (_, body, message) => {
  await answering((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body));
  const call = callOnce(urlOfKms(), { headers: {}, signal: AbortSignal.timeout(5000) }, 100_000);
  await expect(call).rejects.toThrow(message);
});
