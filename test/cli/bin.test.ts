/** The program itself, as a process. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Io } from '../../clients/cli/io.ts';
import { openBrowser } from '../../clients/cli/terminal.ts';
import { Terminal } from './terminal.ts';

const COMMAND = join(import.meta.dirname, '../../bin/cli.ts');
const { home, env } = new Terminal();
const environment = { ...env, PATH: process.env.PATH, LATCHKEY_API_KEY: 'lk_live_a' };

/** A deployment that says where its usage is, and answers nothing else. */
const server = createServer(({ url: asked }, response) => {
  if (asked === '/openapi.json') response.end('{"paths":{"/v1/usage":{"get":{"operationId":"getUsage"}}}}');
  // Anything else waits for the end of the test.
});
let url: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const run = (args: readonly string[]) =>
  promisify(execFile)(process.execPath, [COMMAND, ...args], { env: environment });

test('says the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(COMMAND, '../../package.json'), 'utf8'));
  expect((await run(['--version'])).stdout).toBe(`${version}\n`);
});

test('hands operators’ programs their arguments, and their exit codes on', async () => {
  expect((await run(['ops', 'help'])).stdout).toContain('tenants list');
  await expect(run(['ops', 'nothing'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing'),
  });
  await expect(run(['doctor', '--nothing'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--account'),
  });
});

test('a row that a deployment does not have is told in words', async () => {
  await expect(run(['keys', 'list', '--url', url])).rejects.toMatchObject({
    code: 1,
    stderr: 'latchkey: This contract has no GET /v1/api-keys.\n',
  });
});

test('ends at Ctrl-C with 130, and says nothing', async () => {
  const child = spawn(process.execPath, [COMMAND, 'usage', '--url', url], { env: environment });
  let printed = '';
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (printed += text));
  for (let asked = ''; asked !== '/v1/usage?days=7'; ) [{ url: asked }] = await once(server, 'request');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect([code, printed]).toEqual([130, '']);
});

test('ends quietly when whoever reads has gone', async () => {
  const bash = spawn(
    'bash',
    ['-c', `"$0" "$1" completion fish | head -1; echo "\${PIPESTATUS[0]}"`, process.execPath, COMMAND],
    {
      env: environment,
    },
  );
  let printed = '';
  bash.stdout.on('data', (text) => (printed += text));
  bash.stderr.on('data', (text) => (printed += text));
  await once(bash, 'close');
  expect(printed).toMatch(/^# fish completion.*\n0\n$/);
});

test.each([
  ['linux', 'xdg-open'],
  ['darwin', 'open'],
  ['win32', 'rundll32'],
] as const)('a page opens in the browser of %s, and nothing else does', async (platform, program) => {
  const bin = join(home, platform);
  mkdirSync(bin);
  writeFileSync(join(bin, program), `#!/bin/bash\nprintf '%s\\n' "$@" > ${bin}/opened\n`);
  chmodSync(join(bin, program), 0o755);
  const io = { platform, env: { PATH: bin } } as unknown as Io;
  for (const page of ['javascript:alert(1)', 'file:///etc/passwd', '-h', 'no page']) openBrowser(page, io);
  await pause(100);
  expect(existsSync(join(bin, 'opened'))).toBe(false);
  openBrowser('https://a.example/device?user_code=B&x=1', io);
  await expect
    .poll(() => existsSync(join(bin, 'opened')) && readFileSync(join(bin, 'opened'), 'utf8'))
    .toMatch(/^(url\.dll,FileProtocolHandler\n)?https:\/\/a\.example\/device\?user_code=B&x=1\n$/);
});
