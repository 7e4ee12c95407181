/** The Go client's own tests, in the race detector, on every Go that is here. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { goVariables } from './installation.ts';

const run = promisify(execFile);
const { gos } = inject('installation');
/** The newest: what judges the format need be there once. */
const gofmt = join(dirname(gos.at(-1)?.command ?? 'go'), 'gofmt');

// A copy, so that nothing is written into the tree.
const copy = mkdtempSync(join(tmpdir(), 'latchkey-go-'));
beforeAll(() => cpSync(join(import.meta.dirname, '../../clients/go'), copy, { recursive: true }));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('its source, and that of the program here, is formatted', async () => {
  const { stdout } = await run(gofmt, ['-l', '.', join(import.meta.dirname, 'calls')], { cwd: copy });
  expect(stdout).toBe('');
});

test('it has no dependencies', async () => {
  const { stdout } = await run(gos[0]?.command ?? 'go', ['list', '-m', 'all'], {
    cwd: copy,
    env: goVariables(),
  });
  expect(stdout.trim()).toBe('latchkey.example/client');
});

test.each(gos)('$version finds nothing wrong, and no race', async ({ command }) => {
  const options = { cwd: copy, env: { ...goVariables(), CGO_ENABLED: '1' } };
  await run(command, ['vet', './...'], options);
  const { stdout } = await run(command, ['test', '-race', '-count=1', './...'], options);
  expect(stdout).toMatch(/ok\s+latchkey\.example\/client\s/);
  expect(stdout).toMatch(/ok\s+latchkey\.example\/client\/memory\s/);
});
