/** The page "move an API behind the door": its commands, run on a local stack. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { type Account, startTestStack, type TestStack } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/runbook/move-behind-the-door.md'), 'utf8');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'latchkey-move-'));
const [origin, next] = [new Upstream(), new Upstream()];
const files: Record<string, Readonly<Record<string, unknown>>> = {};

/** The commands after a mark. */
function commandsAt(mark: string): string {
  const [, commands] = new RegExp(`<!-- ${mark} -->\n\`\`\`sh\n(.+?)\`\`\``, 's').exec(page) ?? [];
  if (commands === undefined) throw new Error(`The page has no commands at ${mark}.`);
  return commands;
}

beforeAll(async () => {
  const [ORIGIN, NEXT] = [
    `http://127.0.0.1:${await origin.listen()}`,
    `http://127.0.0.1:${await next.listen()}`,
  ];
  const writing = ['observe', 'canary', 'shut'].map(commandsAt).join('\n');
  await run('bash', ['-euc', writing], { cwd: folder, env: { ...process.env, ORIGIN, NEXT } });
  for (const name of ['observe', 'canary', 'shut'])
    files[name] = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
});
afterAll(async () => {
  await origin.stop();
  await next.stop();
  rmSync(folder, { recursive: true });
});

test.each(['observe', 'canary', 'shut'])('%s.json is a configuration', async (name) => {
  await expect(
    loadSettings({ profile: 'default', config: `@${join(folder, `${name}.json`)}` }),
  ).resolves.toBeDefined();
});

describe.each([
  ['observe', 'observed'],
  ['canary', 'observed'],
  ['shut', 'enforced'],
])('with %s.json', (name, mark) => {
  let stack: TestStack;
  let ada: Account;
  beforeAll(async () => {
    stack = await startTestStack({ profile: 'default', config: files[name] ?? {} });
    ada = await stack.onboard();
  });
  afterAll(() => stack?.stop());

  const calls = commandsAt(mark)
    .trim()
    .split('\n')
    .map((line) => /^(curl .+?) +# (\d{3})$/.exec(line)?.slice(1) as [string, string]);

  test.each(calls)('%s answers %s', async (command, status) => {
    const env = { ...process.env, DOOR: stack.url, KEY: ada.apiKey, THEIR_KEY: 'their own key' };
    const { stdout } = await run('bash', ['-euc', command], { env });
    expect(stdout.trim()).toBe(status);
  });

  test('a key is a key: it writes and deletes by its scopes alone', async () => {
    const token = await stack.logIn(ada);
    const { key } = await stack.createKey(token, { scopes: ['read'] });
    const [before, after] = [origin.received.length, next.received.length];
    await stack.raw('DELETE /v1/reports', { headers: { 'x-api-key': key } });
    const reached = [...origin.received.slice(before), ...next.received.slice(after)].at(-1);
    // Observed, the API behind decides on it, and it is nobody's call; enforced, it does not come so far.
    if (mark === 'observed') expect(reached?.method).toBe('DELETE');
    else expect(reached?.method).not.toBe('DELETE');
    if (mark === 'observed') expect(reached?.headers).not.toHaveProperty('x-latchkey-tenant');
  });

  test('its calls come to where the step says', async () => {
    const [before, after] = [origin.received.length, next.received.length];
    await stack.raw('GET /v1/reports', { headers: { 'x-api-key': 'their own key' } });
    await stack.raw('GET /v1/reports', { headers: { 'x-api-key': ada.apiKey } });
    const came = [origin.received.length - before, next.received.length - after];
    if (name === 'observe') expect(came).toEqual([2, 0]);
    // Who is not proven is never on the canary; the tenant is on one of both.
    if (name === 'canary')
      expect([came[0], (came[0] ?? 0) + (came[1] ?? 0)]).toEqual([expect.toBeOneOf([1, 2]), 2]);
    if (name === 'shut') expect(came).toEqual([0, 1]);
  });
});

test('the page goes through every step with its way back, and names commands that there are', () => {
  const scripts = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).scripts;
  expect(page.match(/^## \d\./gm)).toHaveLength(5);
  expect(page.match(/^\*\*Back:\*\*/gm)).toHaveLength(4);
  const used = [...page.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)].map(([, script]) => script);
  expect(new Set(used)).toEqual(new Set(['start', 'deploy', 'doctor']));
  for (const script of used) expect(scripts).toHaveProperty(script ?? '');
});
