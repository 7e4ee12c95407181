import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';
import { ruleFolder } from './rule-folder.ts';

const run = promisify(execFile);

test.each(['lib', 'local', 'test'])(
  'run-time code that uses a type of %s does not compile: the file is in another project',
  async (place) => {
    const folder = ruleFolder({
      'lambdas/forbidden.ts': `import type { Elsewhere } from '../${place}/elsewhere.ts';\nexport type Forbidden = Elsewhere;\n`,
      [`${place}/elsewhere.ts`]: 'export interface Elsewhere {}\n',
    });
    await expect(
      run(process.execPath, [toolProgram('tsc'), '-b', 'tsconfig.run.json'], { cwd: folder }),
    ).rejects.toMatchObject({
      stdout: expect.stringMatching(/^lambdas\/forbidden\.ts\(1,\d+\): error TS6307: /),
    });
  },
);
