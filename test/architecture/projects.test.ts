import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT, ruleFolder } from './rule-folder.ts';

const run = promisify(execFile);
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');

test.each(['lib', 'local', 'test'])(
  'run-time code that uses a type of %s does not compile: the file is in another project',
  async (place) => {
    const folder = ruleFolder({
      'lambdas/forbidden.ts': `import type { Elsewhere } from '../${place}/elsewhere.ts';\nexport type Forbidden = Elsewhere;\n`,
      [`${place}/elsewhere.ts`]: 'export interface Elsewhere {}\n',
    });
    await expect(
      run(process.execPath, [TSC, '-b', 'tsconfig.run.json'], { cwd: folder }),
    ).rejects.toMatchObject({
      stdout: expect.stringMatching(/^lambdas\/forbidden\.ts\(1,\d+\): error TS6307: /),
    });
  },
);
