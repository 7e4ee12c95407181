import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, expectStatus, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';
import { CONFORMANCE } from './installation.ts';
import { Person } from './person.ts';

let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

/** Runs the suite's scenarios of an authorization server; a person opens the URL that it prints. Gives its checks. */
async function conformance(clientId: string, port: number): Promise<readonly Check[]> {
  const results = mkdtempSync(join(tmpdir(), 'latchkey-mcp-'));
  const args = ['--url', stack.url, '--client-id', clientId, '--port', String(port), '--resource', stack.url];
  const child = spawn(process.execPath, [CONFORMANCE, 'authorization', ...args, '--output-dir', results], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const person = new Person({ email: ada.email, password: PASSWORD });
  let opened: Promise<void> | undefined;
  const read = (text: string) => {
    output += text;
    const url = new RegExp(`^${stack.url}/authorize\\?\\S+$`, 'm').exec(output)?.[0];
    if (url !== undefined) opened ??= callBack(person, new URL(url), `http://127.0.0.1:${port}/callback`);
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  await once(child, 'close');
  await opened;
  const files = readdirSync(results, { recursive: true, encoding: 'utf8' });
  const checks = files
    .filter((file) => file.endsWith('checks.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(results, file), 'utf8')) as Check[]);
  rmSync(results, { recursive: true });
  if (checks.length === 0) throw new Error(`no checks:\n${output}`);
  return checks;
}

async function callBack(person: Person, authorizationUrl: URL, redirectUrl: string): Promise<void> {
  await fetch(await person.decide(authorizationUrl, redirectUrl));
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('every check of MCP’s conformance suite for authorization servers passes', async () => {
  const port = await freePort();
  const json = { redirect_uris: [`http://127.0.0.1/callback`], token_endpoint_auth_method: 'none' };
  const client = JSON.parse(expectStatus(await stack.send('POST /register', { json }), 201).text);
  const checks = await conformance(client.client_id, port);
  expect(checks.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'authorization-server-metadata',
      'authorization-server-metadata-cimd',
      'authorization-code-grant',
    ]),
  );
});
