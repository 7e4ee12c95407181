import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEnvFile } from '../../clients/cli/env-file.ts';
import type { Io } from '../../clients/cli/io.ts';

const KEY = 'lk_live_abc';

function folder(files: Readonly<Record<string, string>> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'latchkey-env-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const io = { cwd, env: { PATH: process.env.PATH } } as unknown as Io;
  const read = (name = '.env') => readFileSync(join(cwd, name), 'utf8');
  return { cwd, io, read };
}

test.each([
  ['nothing', '', 'LATCHKEY_API_KEY=lk_live_abc\n'],
  ['a line without its end', 'A=1', 'A=1\nLATCHKEY_API_KEY=lk_live_abc\n'],
  ['another value', 'A=1\nLATCHKEY_API_KEY=old\nB=2\n', 'A=1\nLATCHKEY_API_KEY=lk_live_abc\nB=2\n'],
  ['an export', 'export LATCHKEY_API_KEY="old"\n', 'export LATCHKEY_API_KEY=lk_live_abc\n'],
  ['a longer name', 'MY_LATCHKEY_API_KEY=1\n', 'MY_LATCHKEY_API_KEY=1\nLATCHKEY_API_KEY=lk_live_abc\n'],
  ['a comment', '# LATCHKEY_API_KEY=1\n', '# LATCHKEY_API_KEY=1\nLATCHKEY_API_KEY=lk_live_abc\n'],
])('a file with %s gets the key, and is otherwise as before', async (_name, before, after) => {
  const { io, read, cwd } = folder({ '.env': before });
  await (await openEnvFile('.env', { isForced: true }, io)).write(KEY);
  expect(read()).toBe(after);
  expect(lstatSync(join(cwd, '.env')).mode & 0o777).toBe(0o600);
  expect(readdirSync(cwd)).toEqual(['.env']);
});

test.each([
  ['a value that is there', '.env', {}, '--force replaces it'],
  ['a name that no variable has', '.env', { variable: 'A-B' }, 'A-B is no name of a variable'],
  ['a folder that is not there', 'nowhere/.env', {}, 'There is no folder'],
  ['a folder in place of a file', '.', {}, 'is no file'],
])('%s is refused before there is a key', async (_name, file, options, message) => {
  const { io } = folder({ '.env': 'LATCHKEY_API_KEY=old\n' });
  await expect(openEnvFile(file, { isForced: false, ...options }, io)).rejects.toThrow(message);
});

test('a value of several lines is not cut in two', async () => {
  const { io, read } = folder({ '.env': 'LATCHKEY_API_KEY="old\nmore"\n' });
  const file = await openEnvFile('.env', { isForced: true }, io);
  await expect(file.write(KEY)).rejects.toThrow('several lines');
  expect(read()).toBe('LATCHKEY_API_KEY="old\nmore"\n');
});

test('a link stays a link', async () => {
  const { io, cwd, read } = folder({ shared: 'A=1\n' });
  symlinkSync('shared', join(cwd, '.env'));
  await (await openEnvFile('.env', { isForced: false }, io)).write(KEY);
  expect(lstatSync(join(cwd, '.env')).isSymbolicLink()).toBe(true);
  expect(read('shared')).toContain(KEY);
});

test('a file that git would take along is warned of', async () => {
  const { io, cwd } = folder();
  const warning = async (name = '.env') => (await openEnvFile(name, { isForced: false }, io)).warning;
  expect(await warning()).toBeNull();
  execFileSync('git', ['init', '--quiet'], { cwd });
  expect(await warning()).toContain('not ignored by git');
  writeFileSync(join(cwd, '.gitignore'), '.env\n');
  expect([await warning(), await warning('.env.local')]).toEqual([
    null,
    expect.stringContaining('.env.local'),
  ]);
});
