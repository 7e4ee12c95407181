import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';
import { PARTS } from '../../toolchain/parts.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** A copy of the product, so that what breaks a rule is never written into the product itself. */
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'latchkey-imports-'));
  for (const part of [...PARTS, 'package.json', 'tsconfig.json', '.dependency-cruiser.mjs']) {
    await cp(join(ROOT, part), join(copy, part), { recursive: true, filter: (path) => !isInstalled(path) });
  }
  for (const place of ['', 'toolchain'])
    await symlink(join(ROOT, place, 'node_modules'), join(copy, place, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const isInstalled = (path: string) => path.endsWith('/node_modules');

const cruise = (cwd: string) =>
  run(process.execPath, [toolProgram('depcruise'), '--config', '.dependency-cruiser.mjs', ...PARTS], {
    cwd,
  });

test('imports point one way: the product keeps the rules of .dependency-cruiser.mjs', async () => {
  const { stdout } = await cruise(ROOT);
  expect(stdout).toContain('no dependency violations found');
});

test('each forbidden import fails by the name of its rule, types too', async () => {
  const broken: Record<string, readonly [file: string, code: string]> = {
    'rules-know-no-aws': ['lambdas/keys/broken-a.ts', "import '@aws-sdk/client-dynamodb';"],
    'keys-imports-what-stands-below': [
      'lambdas/keys/broken-b.ts',
      "export type { Person } from '../people/people.ts';",
    ],
    'people-imports-what-stands-below': [
      'lambdas/people/broken-c.ts',
      "export type { Decision } from '../access/decision.ts';",
    ],
    'kernel-imports-what-stands-below': ['lambdas/kernel/broken-d.ts', "import '../keys/keys.ts';"],
    'contract-has-no-dependency': ['lambdas/contract/broken-e.ts', "import 'node:fs';"],
    'profiles-are-data': ['profiles/broken-f.ts', "import '../lambdas/kernel/clock.ts';"],
    'no-cdk-at-run-time': ['lambdas/http/broken-g.ts', "export type { App } from 'aws-cdk-lib';"],
    'run-time-code-uses-what-is-deployed': [
      'lambdas/http/broken-l.ts',
      "export type { TestContext } from 'vitest';",
    ],
    'local-serves-the-template': ['local/broken-h.ts', "import '../lambdas/table/index.ts';"],
    'nobody-knows-that-it-runs-locally': ['lib/broken-i.ts', "import '../local/stack.ts';"],
    'nothing-imports-bin': ['lib/broken-j.ts', "import '../bin/docs.ts';"],
    'clients-stand-alone': ['clients/typescript/src/broken-m.ts', "import 'jose';"],
    'cli-is-a-client': ['clients/cli/broken-q.ts', "import '../../lambdas/contract/route-id.ts';"],
    'nothing-imports-clients': ['lib/broken-n.ts', "import '../clients/typescript/src/index.ts';"],
    'functions-are-told-settings': ['lambdas/keys/broken-o.ts', "export type { branding } from '#settings';"],
    'builders-run-by-themselves': ['lib/broken-p.ts', "import 'esbuild';"],
    'what-runs-needs-no-toolchain': ['lib/broken-r.ts', "import '../toolchain/install.ts';"],
    'toolchain-knows-no-product': ['toolchain/broken-s.ts', "import '../lib/app.ts';"],
    'functions-choose-a-profile': ['lambdas/functions/broken-k.ts', "import '../../lib/app.ts';"],
  };
  for (const [file, code] of Object.values(broken)) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await writeFile(join(copy, file), `${code}\n`);
  }
  await writeFile(join(copy, 'lambdas/keys/round-a.ts'), "export type A = import('./round-b.ts').B;\n");
  await writeFile(
    join(copy, 'lambdas/keys/round-b.ts'),
    "import type { A } from './round-a.ts';\nexport type B = A;\n",
  );
  const { stdout } = await cruise(copy).then(
    () => ({ stdout: '' }),
    (error: { stdout: string }) => error,
  );
  for (const [name, [file]] of Object.entries(broken)) {
    expect(stdout).toMatch(new RegExp(`error ${name}: [^\\n]*${file.replaceAll('.', '\\.')}`));
  }
  expect(stdout).toMatch(/error no-cycles: lambdas\/keys\/round-/);
});

test('what `npm test` runs imports nothing of the toolchain, which `npm ci` does not install', async () => {
  const config = await readFile(join(ROOT, 'vitest.config.ts'), 'utf8');
  const [, suites = ''] = /'test\/\{([\w,-]+)\}\/\*\*'/.exec(config) ?? [];
  const ofSuites = new RegExp(`^test/(${suites.replaceAll(',', '|')})/`);
  const files = globSync('test/**/*.ts', { cwd: ROOT, exclude: (path) => path.endsWith('node_modules') });
  const ofTest = files.filter((file) => !ofSuites.test(file));
  expect(ofTest.length).toBeGreaterThan(100);
  const texts = await Promise.all(ofTest.map((file) => readFile(join(ROOT, file), 'utf8')));
  expect(ofTest.filter((_, index) => /from '[./]+\/toolchain\//.test(texts[index] ?? ''))).toEqual([]);
});
