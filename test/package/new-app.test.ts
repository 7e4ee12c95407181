/** What `npm create latchkey` writes, by the package that it is; its README's commands work. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { call, customer, doorOf, startDev } from './dev.ts';

const { project, createPackage } = inject('package');
const SCOPES = ['--scopes', 'docs:read,docs:write'];

test('an app with scopes of its own passes its test, and serves', async () => {
  const bin = join(createPackage, JSON.parse(readFileSync(join(createPackage, 'package.json'), 'utf8')).bin);
  execFileSync(process.execPath, [bin, 'my-api', '--yes', ...SCOPES], { cwd: project });
  const folder = join(project, 'my-api');
  execFileSync('npm', ['test', '--silent'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const dev = await startDev(folder);
  try {
    const { key } = await customer(doorOf(dev));
    const { status, body } = await call(`GET ${doorOf(dev)}/v1/anything`, key);
    expect(status).toBe(200);
    expect(body.scopes).toEqual(['docs:write']);
    expect((await call(`GET ${doorOf(dev)}/v1/anything`)).status).toBe(401);
  } finally {
    await dev.stop();
  }
});

test('the command of the package writes the same', () => {
  const run = (args: string[]) =>
    execFileSync('npx', ['--no-install', 'latchkey', ...args], { cwd: project });
  run(['init', 'other-api', '--yes', ...SCOPES]);
  const read = (name: string) => readFileSync(join(project, name, 'app.js'), 'utf8');
  expect(read('other-api').replaceAll('other-api', 'my-api')).toBe(read('my-api'));
});
