import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { init } from '../../bin/init.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command in the folder. `answers` are given as somebody at a terminal gives them, one to each question. */
async function run(args: readonly string[], answers?: readonly string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const open = [...(answers ?? [])];
  let [printed, complained] = ['', ''];
  stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (text.includes('? ') && open.length > 0) stdin.write(`${open.shift()}\n`);
  });
  stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const io = { stdin: Object.assign(stdin, { isTTY: answers !== undefined }), stdout, stderr, cwd: folder };
  return { code: await init(args, io), printed, complained };
}

const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

test('writes an app of what the options say, and asks nothing', async () => {
  const options = ['--profile', 'memory-api', '--upstream', 'https://origin.example.com', '--scopes'];
  const { code, printed } = await run(['orders-api', ...options, 'docs:read, docs:write']);
  expect(code).toBe(0);
  expect(printed).toContain('cd orders-api\n  npm install && npx latchkey dev\n  npm test\n');
  const manifest = JSON.parse(read('orders-api', 'package.json'));
  expect(manifest.name).toBe('orders-api');
  expect(manifest.dependencies['aws-cdk-lib']).toMatch(/\d+\.\d+\.\d+$/);
  expect(manifest.dependencies.latchkey).toMatch(/^\^\d+\.\d+\.\d+$/);
  const app = read('orders-api', 'app.js');
  expect(app).toContain("profile: profiles['memory-api'],");
  expect(app).toContain("upstream: { url: 'https://origin.example.com' },");
  expect(app).toContain("{ name: 'docs:write', description: 'May do docs:write', includes: ['docs:read'] },");
  expect(readdirSync(join(folder, 'orders-api')).sort()).toEqual(
    ['.gitignore', 'README.md', 'app.js', 'cdk.json', 'package.json', 'test'].sort(),
  );
});

test('examples/minimal is what it writes', async () => {
  await run(['minimal', '--yes']);
  const { stdout } = spawnSync('diff', ['-r', join(folder, 'minimal'), 'examples/minimal'], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

test('--yes takes the defaults for what no option says', async () => {
  expect(await run(['plain', '--yes'])).toMatchObject({ code: 0, complained: '' });
  const app = read('plain', 'app.js');
  expect(app).toContain('profile: profiles.default,');
  expect(app).toContain('upstream: null,');
  expect(app).not.toContain('scopes:');
});

test('asks at a terminal for what no option says, again after a wrong answer', async () => {
  const { code, printed, complained } = await run(
    ['asked', '--scopes', 'none'],
    ['nobody', 'nams', 'origin', ''],
  );
  expect(code).toBe(0);
  expect(complained).toContain('there is no profile "nobody"; known are default, memgraph');
  expect(complained).toContain('"origin" must be an https:// URL');
  expect(printed).not.toContain('allowed to do');
  expect(read('asked', 'app.js')).toContain('profile: profiles.nams,');
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
  ['the end of the input', null],
])('%s ends the questions in a line, and writes nothing', async (_, keys) => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let complained = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  stdout.once('data', () => (keys === null ? stdin.end() : stdin.write(keys)));
  const isTTY = true;
  const io = { stdin: Object.assign(stdin, { isTTY }), stdout: Object.assign(stdout, { isTTY }), stderr };
  expect(await init(['stopped'], { ...io, cwd: folder })).toBe(130);
  expect(complained).toBe('\nNothing was written.\n');
  expect(existsSync(join(folder, 'stopped'))).toBe(false);
});

test('a new repository is as good as empty', async () => {
  mkdirSync(join(folder, 'cloned', '.git'), { recursive: true });
  expect((await run(['cloned', '--yes'])).code).toBe(0);
});

test('--help says what there is', async () => {
  const { code, printed } = await run(['--help']);
  expect(code).toBe(0);
  expect(printed).toContain('--scopes A,B');
});

describe('refuses, in words that say what to do, and writes nothing', () => {
  test.each<[what: string, code: number, args: string[], message: RegExp]>([
    [
      'an option that there is not',
      2,
      ['a', '--profil', 'x'],
      /^Unknown option '--profil'; usage: latchkey init/,
    ],
    ['two directories', 2, ['a', 'b', '--yes'], /^there is more than one directory; usage/],
    [
      'a question that nobody can answer',
      2,
      ['a', '--profile', 'nams'],
      /^there is nobody to ask for --upstream, --scopes; say them, or --yes/,
    ],
    [
      'a profile that there is not',
      1,
      ['a', '--yes', '--profile', 'toString'],
      /^--profile: there is no profile "toString"; known are/,
    ],
    [
      'an upstream by http',
      1,
      ['a', '--yes', '--upstream', 'http://example.com'],
      /^--upstream: "http:\/\/example\.com" must be an https/,
    ],
    [
      'a scope with a blank',
      1,
      ['a', '--yes', '--scopes', 'read all'],
      /^--scopes: "read all" cannot be a scope/,
    ],
    ['an empty scope', 1, ['a', '--yes', '--scopes', 'read,'], /^--scopes: "" cannot be a scope/],
    ['a scope twice', 1, ['a', '--yes', '--scopes', 'read,read'], /^--scopes: a scope is named twice/],
    [
      'the scope that is always there',
      1,
      ['a', '--yes', '--scopes', 'read,manage'],
      /^--scopes: "manage" is the scope/,
    ],
    [
      'a name that no package can have',
      1,
      ['My_API', '--yes'],
      /^"My_API" cannot be the name of an app; name a directory with/,
    ],
  ])('%s', async (_what, code, args, message) => {
    const answer = await run(args);
    expect(answer.complained).toMatch(message);
    expect(answer.code).toBe(code);
    expect(existsSync(join(folder, args[0] ?? ''))).toBe(false);
  });

  test('a directory with something in it, which stays as it is', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'app.js'), 'mine');
    const { code, complained } = await run(['taken', '--yes']);
    expect(code).toBe(1);
    expect(complained).toContain('taken is not empty (app.js); name a new directory');
    expect(read('taken', 'app.js')).toBe('mine');
  });

  test('a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await run(['file', '--yes'])).toMatchObject({
      code: 1,
      complained: expect.stringContaining('is a file; name a new directory'),
    });
  });
});
