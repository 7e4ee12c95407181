/** What the TypeScript client weighs in somebody's page: gzipped, minified, and without what the page does not use. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, inject, test } from 'vitest';

/** Bytes. Whoever needs more of them says here what for. */
const BUDGETS = [
  ['a client with `auth`', "export { Latchkey } from '@latchkey/client';", 5_000],
  ['the same with the contract of NAMS', "export { MemoryClient } from '@latchkey/client/nams';", 5_100],
  [
    'generated operations too',
    "export { Latchkey } from '@latchkey/client'; export { connect, listUsers } from '@latchkey/client/api';",
    9_000,
  ],
  ['the errors alone', "export { RateLimitError } from '@latchkey/client';", 300],
] as const;

test.each(BUDGETS)('%s is small', async (_name, contents, budget) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: inject('installation').project },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '').length;
  expect(bytes).toBeLessThanOrEqual(budget);
  expect(bytes, 'the budget is much too large').toBeGreaterThan(budget * 0.8);
});
