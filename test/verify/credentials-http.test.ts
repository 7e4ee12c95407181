import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ownCredentials, remembering } from '../../lambdas/verify/credentials.ts';

/** The endpoint of a container's credentials. */
let asked: IncomingMessage[] = [];
let answer: { readonly status: number; readonly body: string };
const server = createServer((request, response) => {
  asked.push(request);
  response.writeHead(answer.status).end(answer.body);
});
let url: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/credentials`;
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: given('2030-01-01T00:00:00Z') };
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', url);
});
afterEach(() => vi.unstubAllEnvs());

const given = (Expiration: string) =>
  JSON.stringify({ AccessKeyId: 'id', SecretAccessKey: 'secret', Token: 'session', Expiration });

test('a container’s are those that its endpoint gives, asked with its token', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-token-'));
  const file = join(folder, 'token');
  await writeFile(file, 'first\n');
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', file);
  expect(await ownCredentials()()).toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    expiration: new Date('2030-01-01T00:00:00Z'),
  });
  await writeFile(file, 'second');
  await ownCredentials()();
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['first', 'second']);
  await rm(folder, { recursive: true });
});

test('the variables of Lambda come first', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  vi.stubEnv('AWS_SESSION_TOKEN', 'c');
  expect(await ownCredentials()()).toEqual({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' });
  expect(asked).toHaveLength(0);
});

test('an endpoint that refuses is an error without what it said', async () => {
  answer = { status: 403, body: given('2030-01-01T00:00:00Z') };
  await expect(ownCredentials()()).rejects.toThrow('answered 403');
  for (const body of ['{}', 'null', '', '{"SecretAccessKey":secret}']) {
    answer = { status: 200, body };
    const error = await ownCredentials()().catch(String);
    expect(error).toBe("Error: The endpoint of the container's credentials answered 200, and gave none.");
  }
});

test('they are asked for once, again before they end, and waited for only when they have ended', async () => {
  let now = 0;
  let calls = 0;
  let fails = false;
  const provider = remembering(
    async () => {
      calls += 1;
      if (fails) throw new Error('down');
      return { accessKeyId: `${calls}`, secretAccessKey: 's', expiration: new Date(now + 3_600_000) };
    },
    () => now,
  );
  await Promise.all([provider(), provider(), provider()]);
  expect(calls).toBe(1);
  now = 3_400_000;
  // Near the end: the old ones, while new ones are fetched.
  expect(await provider()).toMatchObject({ accessKeyId: '1' });
  await vi.waitFor(async () => expect(await provider()).toMatchObject({ accessKeyId: '2' }));
  expect(calls).toBe(2);
  fails = true;
  now = 3_400_000 + 3_500_000;
  expect(await provider()).toMatchObject({ accessKeyId: '2' });
  now += 100_001;
  await expect(provider()).rejects.toThrow('down');
});

test('a provider that never answers is an error within two seconds', async () => {
  await expect(remembering(() => new Promise(() => undefined))()).rejects.toThrow('within 2000 ms');
});
