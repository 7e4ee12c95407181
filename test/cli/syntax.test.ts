import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../clients/cli/exit-codes.ts';
import { parse, syntaxOf } from '../../clients/cli/syntax.ts';
import { Terminal } from './terminal.ts';

const USAGE = 'things make NAME [FILE] [--scope SCOPE]... [--store keychain|file] [--force]';

test('a usage says words, arguments and options', () => {
  expect(syntaxOf(USAGE)).toMatchObject({
    words: ['things', 'make'],
    args: ['NAME', '[FILE]'],
    required: 1,
    options: [
      { name: 'scope', value: 'SCOPE', isRepeatable: true },
      { name: 'store', choices: ['keychain', 'file'], isRepeatable: false },
      { name: 'force', value: undefined },
    ],
  });
});

test('a call is read by its usage', () => {
  const words = [
    'a',
    '--scope',
    'read',
    '--scope=write',
    '--store',
    'file',
    '--force',
    '--url',
    'https://a.example',
  ];
  expect(parse(USAGE, words)).toEqual({
    args: ['a'],
    values: { scope: ['read', 'write'], store: 'file', force: true, url: 'https://a.example' },
  });
});

test.each([
  ['an unknown option', ['a', '--nothing'], "Unknown option '--nothing'"],
  ['a value that is missing', ['a', '--store'], '--store'],
  [
    'a value that is none of the choices',
    ['a', '--store', 'cloud'],
    '--store must be one of keychain, file.',
  ],
  ['too few arguments', [], 'usage: latchkey things make NAME'],
  ['too many arguments', ['a', 'b', 'c'], 'usage: latchkey things make NAME'],
])('%s is an error of usage that says what is right', (_name, words, message) => {
  expect(() => parse(USAGE, words)).toThrow(
    expect.objectContaining({ exitCode: EXIT.usage, message: expect.stringContaining(message) }),
  );
});

test('an argument that is none of the choices is told after which words it stands', () => {
  expect(() => parse('completion bash|zsh|fish', ['tcsh'])).toThrow(
    'latchkey completion: what follows must be one of bash, zsh, fish.',
  );
});

describe('latchkey', () => {
  const terminal = new Terminal();
  const help = async () => (await terminal.run(['help'])).stdout;
  const usages = async () =>
    Array.from(
      (await help()).split('\nEverywhere')[0]?.matchAll(/^ {2}(\S.*)$/gm) ?? [],
      ([, usage = '']) => usage,
    );

  test('says its version, and what there is', async () => {
    expect((await terminal.run(['--version'])).stdout).toBe('1.2.3\n');
    expect(await help()).toContain('keys create NAME');
    expect((await terminal.run([])).stdout).toBe(await help());
    expect((await terminal.run(['help', 'keys', 'revoke'])).stdout).toBe(
      (await terminal.run(['keys', 'revoke', '--help'])).stdout,
    );
  });

  test('names the commands of a group, and those that there are', async () => {
    expect(await terminal.run(['keys'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/latchkey keys list[\s\S]*latchkey keys revoke/),
    });
    expect(await terminal.run(['kyes'])).toMatchObject({
      code: 2,
      stderr: 'latchkey: There is no command "kyes": latchkey help lists them.\n',
    });
  });

  test('needs a deployment, by https', async () => {
    expect((await terminal.run(['whoami'])).stderr).toContain('LATCHKEY_URL');
    for (const [url, message] of [
      ['api.example.com', 'be a URL, such as https://api.example.com'],
      ['http://api.example.com', 'begin with https://'],
      ['https://user:secret@api.example.com', 'have no user name or password'],
    ] as const) {
      const { code, stderr } = await terminal.run(['whoami', '--url', url]);
      expect([code, stderr]).toEqual([2, `latchkey: --url must ${message}.\n`]);
    }
  });

  /** What bash offers for the last of some words. */
  async function completed(...words: readonly string[]): Promise<readonly string[]> {
    const script = join(mkdtempSync(join(tmpdir(), 'latchkey-completion-')), 'latchkey.bash');
    writeFileSync(script, (await terminal.run(['completion', 'bash'])).stdout);
    const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _latchkey; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-c', ask, script, 'latchkey', ...words], {
      encoding: 'utf8',
    });
    return output.split('\n').filter((line) => line !== '');
  }

  test('completes in bash every command and option that help names', async () => {
    for (const usage of await usages()) {
      const { words, options } = syntaxOf(usage.replace(' …', ''));
      for (const [index, word] of words.entries())
        expect(await completed(...words.slice(0, index), word.slice(0, 2))).toContain(word);
      for (const { name } of options) expect(await completed(...words, `--${name}`)).toContain(`--${name}`);
    }
  });

  test('completes values, and what comes after them', async () => {
    expect(await completed('login', '--store', '')).toEqual(['keychain', 'file']);
    expect(await completed('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
    expect(await completed('keys', '--url', 'https://a.example', 'rev')).toEqual(['revoke']);
    expect(await completed('keys', 'create', 'a name', '--sco')).toEqual(['--scope']);
  });

  test.each(['zsh', 'fish'])('names every command and option for %s', async (shell) => {
    const { stdout } = await terminal.run(['completion', shell]);
    for (const usage of await usages()) {
      const { words, options } = syntaxOf(usage.replace(' …', ''));
      for (const word of words) expect(stdout).toContain(word);
      for (const { name } of options) expect(stdout).toMatch(new RegExp(`-l ${name}\\b|--${name}\\b`));
    }
  });
});
