/** The page "move your keys here": its commands, run on a local stack. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outputsOf } from '../../local/outputs-file.ts';
import { OPS, run } from '../ops/shell.ts';
import { type Account, startTestStack, type TestStack } from '../support/stack.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/move-here.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'latchkey-move-here-'));
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
  ada = await stack.onboard();
  writeFileSync(join(folder, 'outputs.json'), JSON.stringify({ local: outputsOf(stack.local) }));
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

/** The first commands of a section. */
function commandsOf(section: string): string {
  const [, text] = page.split(`\n## ${section}\n`);
  const commands = /^( *)```sh\n(.+?)^ *```/ms.exec(text ?? '')?.[2];
  if (commands === undefined) throw new Error(`The page has no commands in "${section}".`);
  return commands;
}

/** Runs commands of the page; `npx latchkey ops` is the repository's. */
async function shell(commands: string): Promise<string> {
  const npx = `npx() { shift 2; node ${OPS} "$@" --outputs ${join(folder, 'outputs.json')}; }`;
  const env = {
    ...process.env,
    PATH: [folder, process.env.PATH].join(delimiter),
    TENANT_ID: ada.tenantId,
  };
  return (await run('bash', ['-euc', `${npx}\n${commands}`], { cwd: folder, env })).stdout;
}

const status = async (key: string) =>
  (await stack.raw('GET /v1/stats', { headers: { 'x-api-key': key } })).status;

test("API Gateway's own keys go on working, sent as they were", async () => {
  const items = [
    { id: 'a1', name: 'acme-ci', value: 'p7Qm2wVx9sKf4hTz8bNc1yRj6gDl3aEu5oXi0vWq', enabled: true },
    { id: 'b2', name: 'acme-old', value: 'z1Xc2vBn3mQw4eRt5yUi6oPa7sDf8gHj9kLq0wEr', enabled: false },
    { id: 'c3', name: 'other-ci', value: 'm9Nb8vCx7zLk6jHg5fDs4aPo3iUy2tRe1wQq0aSd', enabled: true },
  ];
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\ncat <<'END'\n${JSON.stringify({ items })}\nEND\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  await shell(commandsOf("From API Gateway's own keys"));
  expect(await status(items[0]?.value ?? '')).toBe(401);
  const said = await shell(commandsOf('Steps'));
  expect(said).toMatch(/created.*1/);
  expect(await Promise.all(items.map(({ value }) => status(value)))).toEqual([200, 401, 401]);
});

test('keys of Unkey go on working by their hashes, until they end', async () => {
  const [key, ended] = ['sk_3ZHbUnkeyUnkeyUnkeyUnkey', 'sk_9endedUnkeyUnkeyUnkeyUnkey'];
  const line = (name: string, secret: string, end: string) =>
    [name, createHash('sha256').update(secret).digest('base64'), end].join('\t');
  const later = new Date(Date.now() + 2500).toISOString().replace(/\.\d+/, '');
  writeFileSync(join(folder, 'unkey-keys.tsv'), `${line('ci', key, '')}\n${line('trial', ended, later)}\n`);
  await shell(`${commandsOf('From Unkey')}\n${commandsOf('Steps')}`);
  expect(await status(key)).toBe(200);
  await expect.poll(() => status(ended), { timeout: 10_000 }).toBe(401);
});
