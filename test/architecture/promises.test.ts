import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { COMMANDS, toolProgram } from '../../toolchain/install.ts';
import { ruleFolder } from './rule-folder.ts';

const run = promisify(execFile);

test.each([
  ['a write that nobody waits for', "import { writeFile } from 'node:fs/promises';\nwriteFile('a', 'b');\n"],
  ['a call through an interface', 'declare const store: { put(): Promise<void> };\nstore.put();\n'],
  ['promises of a loop that nobody joins', '[1, 2].map(async (n) => n);\n'],
])('%s fails the lint: no-floating-promises', async (_case, text) => {
  await expect(lint(text)).rejects.toMatchObject({ stdout: expect.stringContaining('no-floating-promises') });
});

test.each([
  ['an event listener that is async', "process.once('message', async () => {});\n"],
  [
    'a promise as a condition',
    'declare const isOpen: () => Promise<boolean>;\nif (isOpen()) process.exit();\n',
  ],
])('%s fails the lint: no-misused-promises', async (_case, text) => {
  await expect(lint(text)).rejects.toMatchObject({ stdout: expect.stringContaining('no-misused-promises') });
});

test('a promise that is awaited, or given up by name, passes', async () => {
  const text = "import { rm } from 'node:fs/promises';\nawait rm('a');\nvoid rm('b');\n";
  await expect(lint(text)).resolves.toMatchObject({
    stdout: expect.stringContaining('Found 0 warnings and 0 errors'),
  });
});

function lint(text: string) {
  const folder = ruleFolder({ 'lambdas/tried.ts': text });
  const PATH = [COMMANDS, process.env.PATH].join(delimiter);
  return run(process.execPath, [toolProgram('oxlint'), 'lambdas'], {
    cwd: folder,
    env: { ...process.env, PATH },
  });
}
