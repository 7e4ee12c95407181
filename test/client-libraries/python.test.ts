/** The Python client's own tests, on what is installed of it, on every Python that is here. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, inject, test } from 'vitest';

const run = promisify(execFile);

const TESTS = join(import.meta.dirname, '../../clients/python/tests');

/** The newest: what judges format and types need be there once. */
const newest = inject('installation').pythons.at(-1)?.command ?? 'python3';
const PYTHON = dirname(TESTS);

beforeAll(async () => {
  const constraints = join(import.meta.dirname, 'requirements.txt');
  const quiet = ['--quiet', '--disable-pip-version-check'];
  const args = ['-m', 'pip', 'install', ...quiet, 'ruff', 'mypy', '--constraint', constraints];
  await run(newest, args);
});

test.each([
  ['is formatted', ['ruff', 'format', '--check', '--no-cache']],
  ['breaks no rule', ['ruff', 'check', '--no-cache']],
  ['has types that hold, strictly', ['mypy', '--cache-dir=/dev/null']],
])('its source %s', async (_name, [tool = '', ...args]) => {
  const files = tool === 'mypy' ? ['src/latchkey_client'] : ['src', 'tests'];
  const { stdout } = await run(newest, ['-m', tool, ...args, ...files], { cwd: PYTHON });
  expect(stdout).toMatch(/already formatted|All checks passed|Success/);
});

test.each(inject('installation').pythons)('pass on Python $version', async ({ command }) => {
  const args = ['-m', 'pytest', '--quiet', '-p', 'no:cacheprovider', TESTS];
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
  expect((await run(command, args, { env })).stdout).toMatch(/\d+ passed/);
});
