/** What TypeScript says to who uses the package as it is installed, in a strict project. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { toolProgram } from '../../../toolchain/install.ts';

const OPTIONS = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--types',
  '',
];

const SOURCE = `
import { Latchkey, RateLimitError, paginate } from '@latchkey/client';
import { connect, listUsers } from '@latchkey/client/api';
import { MemoryClient } from '@latchkey/client/nams';

const latchkey = new Latchkey({ endpoint: 'https://api.example', apiKey: 'lk_a' });
const keys = await latchkey.auth.listApiKeys('w1');
const first: string | undefined = keys[0]?.workspaceId;
const issued = await latchkey.auth.createApiKey({ label: 'ci', scopes: ['read'], expiresInDays: 30 });
const key: string = issued.key;
const client = connect(latchkey);
for await (const user of paginate((cursor) => listUsers({ client, throwOnError: true, query: { ...(cursor && { cursor }) } })))
  user.email satisfies string;
try {
  await new MemoryClient({ tokenProvider: async () => key }).fetch('/entities', { idempotencyKey: first ?? 'a' });
} catch (error) {
  if (error instanceof RateLimitError) error.retryAfter satisfies number | null;
}
// @ts-expect-error: a key has one name.
await latchkey.auth.createApiKey({ name: 'ci', label: 'ci' });
// @ts-expect-error: there is no such field.
await latchkey.auth.createApiKey({ name: 'ci', expires: 1 });
// @ts-expect-error: keys that are listed have no key in them.
keys[0]?.key;
export {};
`;

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('its types hold with module %s and resolution %s', (module, moduleResolution) => {
  const { project } = inject('installation');
  const file = join(project, `types-${module}.ts`);
  writeFileSync(file, SOURCE);
  const args = [...OPTIONS, '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--module', module];
  try {
    execFileSync(
      process.execPath,
      [toolProgram('tsc'), ...args, '--moduleResolution', moduleResolution, file],
      {
        cwd: project,
        encoding: 'utf8',
      },
    );
  } catch (error) {
    expect((error as { stdout: string }).stdout).toBe('');
  }
});
