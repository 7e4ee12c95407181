import { execFileSync, spawn } from 'node:child_process';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** The guard of the unit tests, which is set up for this file as for each of them. */

const starts: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['a process', () => spawn(process.execPath, ['--version']), /starts a process/],
  ['a process that is waited for', () => execFileSync(process.execPath, ['--version']), /starts a process/],
  ['a thread', () => new Worker('0', { eval: true }), /starts a thread/],
  ['a server', () => createServer().listen(0, '127.0.0.1'), /opens a port/],
  ['a request', () => get('http://127.0.0.1:8787/'), /opens a connection/],
];

test.each(starts)('a unit test cannot start %s', (_what, start, refusal) => {
  expect(start).toThrow(refusal);
});

test.each(['@aws-sdk/client-dynamodb', 'aws-cdk-lib', 'esbuild'])(
  'a unit test cannot import %s',
  async (name) => {
    await expect(import(/* @vite-ignore */ name)).rejects.toThrow(/which rules do not need/);
  },
);

test('nor what imports the SDK', async () => {
  await expect(import('../../lambdas/signing/rotation-client.ts')).rejects.toThrow(/which rules do not need/);
});

test('nor fetch anything', async () => {
  await expect(fetch('http://127.0.0.1:8787/')).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/opens a connection/) },
  });
});
