/** The Python client's own tests, on what is installed of it, on every Python that is here. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

const TESTS = join(import.meta.dirname, '../../clients/python/tests');

test.each(inject('installation').pythons)('pass on Python $version', ({ command }) => {
  const args = ['-m', 'pytest', '--quiet', '-p', 'no:cacheprovider', TESTS];
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
  expect(execFileSync(command, args, { encoding: 'utf8', env })).toMatch(/\d+ passed/);
});
