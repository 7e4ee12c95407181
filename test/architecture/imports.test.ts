import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const cruise = (...places: string[]) =>
  run(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      ...places,
    ],
    { cwd: root },
  );

test('imports point one way: the product keeps the rules of .dependency-cruiser.mjs', async () => {
  const { stdout } = await cruise(
    'bin',
    'lib',
    'lambdas',
    'profiles',
    'local',
    'bench',
    'latchkey.config.ts',
  );
  expect(stdout).toContain('no dependency violations found');
});

test('a rule that the domain would break by importing the AWS SDK fails by its name', async () => {
  const file = 'lambdas/domain/forbidden-import.ts';
  await writeFile(`${root}${file}`, "import '@aws-sdk/client-dynamodb';\n");
  try {
    await expect(cruise(file)).rejects.toMatchObject({
      stdout: expect.stringContaining('domain-knows-neither-aws-nor-http'),
    });
  } finally {
    await rm(`${root}${file}`);
  }
});
