import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
let copy: string;

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'latchkey-prebuilt-')));
  for (const name of ['lib', 'lambdas', 'profiles', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Asks for the bundles in a process of its own. As CommonJS does, which takes nothing that has to be awaited. */
async function folder(): Promise<string> {
  const script = `process.stdout.write(require('./lib/prebuilt.ts').prebuilt('bundles'))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: copy });
  return stdout;
}

it('is built once by processes that ask at once, and kept while the sources are the same', async () => {
  const [one, other] = await Promise.all([folder(), folder()]);
  expect(one).toBe(other);
  expect(readdirSync(one)).toEqual(expect.arrayContaining(['authorizer', 'profiles', 'tokens']));
  expect(readdirSync(join(copy, '.latchkey/bundles'))).toEqual([one.split('/').at(-1)]);
  rmSync(join(one, 'tokens'), { recursive: true });
  expect(readdirSync(await folder())).not.toContain('tokens');
});

it('is there when it is asked for once all has been prepared, but for what cannot be built', async () => {
  rmSync(join(copy, '.latchkey'), { recursive: true });
  // The console's sources are not in the copy.
  const script = `require('./lib/prebuilt.ts').prepare()`;
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: copy });
  const [made, ...others] = readdirSync(join(copy, '.latchkey/bundles'));
  expect(others).toEqual([]);
  expect(await folder()).toBe(join(copy, '.latchkey/bundles', String(made)));
  expect(readdirSync(await folder())).toEqual(expect.arrayContaining(['authorizer', 'profiles', 'tokens']));
});

it('is built anew for other sources, and what nobody asked for in a day is removed', async () => {
  const before = await folder();
  utimesSync(before, new Date(0), new Date(0));
  cpSync(join(ROOT, 'profiles/nams.ts'), join(copy, 'profiles/more.ts'));
  const after = await folder();
  expect(after).not.toBe(before);
  expect(readdirSync(join(copy, '.latchkey/bundles'))).toEqual([after.split('/').at(-1)]);
});

it('is what the package has beside lib, of which nothing is built', async () => {
  mkdirSync(join(copy, 'prebuilt/bundles'), { recursive: true });
  expect(await folder()).toBe(join(copy, 'prebuilt/bundles'));
});
