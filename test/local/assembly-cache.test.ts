import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AssemblyCache } from '../../local/assembly-cache.ts';
import { inputsOf } from '../../local/synth.ts';

let root = '';
let made = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-cache-'));
  mkdirSync(join(root, 'lib'));
  writeFileSync(join(root, 'lib/stack.ts'), 'one');
  made = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const folder = () => join(root, 'assemblies');
const cache = () => new AssemblyCache({ root, folder: folder() });
const make = async (outDir: string) => {
  made += 1;
  await sleep(20);
  writeFileSync(join(outDir, 'manifest.json'), String(made));
};

test('what has not changed is made once, by however many ask at the same time', async () => {
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => cache().assembly({ a: 1 }, make)));
  expect(others).toEqual([first, first]);
  expect(await cache().assembly({ a: 1 }, make)).toBe(first);
  expect(made).toBe(1);
  expect(readFileSync(join(first ?? '', 'manifest.json'), 'utf8')).toBe('1');
});

test.each([
  ['an input', () => undefined, { a: 2 }],
  ['a source', () => writeFileSync(join(root, 'lib/stack.ts'), 'two'), { a: 1 }],
  ['a new source', () => writeFileSync(join(root, 'lib/more.ts'), ''), { a: 1 }],
  ['the configuration', () => writeFileSync(join(root, 'latchkey.config.ts'), ''), { a: 1 }],
])('%s that has changed makes another', async (_, change, inputs) => {
  const before = await cache().assembly({ a: 1 }, make);
  change();
  expect(await cache().assembly(inputs, make)).not.toBe(before);
  expect(made).toBe(2);
});

test('what failed leaves nothing, and the next one makes it', async () => {
  await expect(cache().assembly({}, async () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
  expect(readdirSync(folder())).toEqual([]);
  await cache().assembly({}, make);
  expect(made).toBe(1);
});

test('the lock of a process that was killed is taken from it', async () => {
  const path = await cache().assembly({}, make);
  rmSync(path, { recursive: true });
  // No process has this id: Linux gives none above 2^22.
  writeFileSync(`${path}.lock`, String(2 ** 22 + 1));
  expect(await cache().assembly({}, make)).toBe(path);
});

const CONFIG =
  "import { defineConfig } from './lib/config.ts';\n\nexport default defineConfig({ profile: 'nams' });\n";

test.each([
  ['another import', `import { tiers } from './tiers.ts';\n${CONFIG}`],
  ['an import after it', CONFIG.replace('\n\n', "\nimport { tiers } from './tiers.ts';\n")],
  ['a variable', CONFIG.replace("'nams'", 'process.env.PROFILE')],
  ['the same by another name', CONFIG.replace("'nams'", "globalThis['pro' + 'cess'].env.PROFILE")],
  ['the time', CONFIG.replace("'nams'", 'new Date().toISOString()')],
  ['a logo, which is a file', CONFIG.replace("'nams'", "'nams', branding: { logo: 'logo.svg' }")],
])('a configuration with %s is synthesized each time', (_, file) => {
  expect(inputsOf({}, file)).toBeUndefined();
});

test('of any other the inputs are known: the overrides, what a file of them holds, and what the CDK is told', () => {
  const known = inputsOf({ profile: 'nams' }, CONFIG);
  expect(known).toBeDefined();
  expect(inputsOf({ profile: 'default' }, CONFIG)).not.toEqual(known);
  expect(inputsOf({ profile: 'nams', anonymous: true }, CONFIG)).not.toEqual(known);
  const file = join(root, 'config.json');
  const overridden = () => inputsOf({ context: { config: `@${file}` } }, CONFIG);
  expect(overridden()).toBeUndefined();
  writeFileSync(file, '{}');
  const before = overridden();
  writeFileSync(file, '{"stage":"v2"}');
  expect(overridden()).not.toEqual(before);
  writeFileSync(file, '{"branding":{"logo":"logo.svg"}}');
  expect(overridden()).toBeUndefined();
});
