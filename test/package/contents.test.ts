/** What is in the package, how large it is, and that it can be imported in every way that its users import. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';
import { nodes } from '../client-libraries/runtimes.ts';
import { appFolder } from './installation.ts';

const installation = inject('package');
const { project, tarball } = installation;
const manifest = JSON.parse(readFileSync(join(project, 'node_modules/latchkey/package.json'), 'utf8'));
/** Every entry that a program imports on a server, and what it must export. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  latchkey: ['ConfigError', 'profiles'],
  'latchkey/profiles': ['profiles'],
  'latchkey/assertion': ['createAssertionVerifier', 'verifyAssertion'],
  'latchkey/verify': ['createVerifier'],
  'latchkey/verify/express': ['verify'],
  'latchkey/verify/fastify': ['latchkey', 'verify'],
  'latchkey/verify/hono': ['verify'],
  'latchkey/verify/lambda': ['fromContext', 'verified'],
  'latchkey/verify/node': ['verified', 'verifiedUpgrade'],
};

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8' });

describe('sizes', () => {
  test('the tarball, and what it unpacks to, stay within their budgets', () => {
    expect(tarball.bytes).toBeLessThan(5_000_000);
    expect(tarball.unpackedBytes).toBeLessThan(14_000_000);
  });

  test.each<[entry: string, kilobytes: number]>([
    ['latchkey/embed', 20],
    ['latchkey/profiles', 20],
    ['latchkey/verify', 80],
    ['latchkey/assertion', 30],
  ])('%s, bundled alone, is at most %i KB', async (entry, kilobytes) => {
    const { outputFiles } = await build({
      stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir: project },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      write: false,
      logLevel: 'error',
    });
    expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(kilobytes * 1000);
  });
});

test('has nothing but what it is made of: no source, no test, no state', () => {
  const unexpected = tarball.files.filter(
    (path) =>
      !/^(prebuilt\/(bundles|console)\/[\w./-]+\.(mjs|html|br|gz)|(bin|lib|local)\/[\w/]+\.js|types\/[\w/-]+\.d\.ts|dist\/[\w.-]+\.js|docs\/runbook\/[\w-]+\.md|(README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/.test(
        path,
      ),
  );
  expect(unexpected).toEqual([]);
});

test('everything but what exports names is private', () => {
  const folder = appFolder(installation, {});
  for (const path of ['dist/index.js', 'package.json', 'lib/config.ts']) {
    const program = `import(${JSON.stringify(`latchkey/${path}`)}).catch(({ code }) => console.log(code))`;
    expect(run(process.execPath, ['-e', program], folder).trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  }
});

describe.each(nodes())('Node $version', ({ command }) => {
  test.each(Object.entries(ENTRIES))(
    '%s can be imported, and required by a CommonJS program',
    (entry, names) => {
      const folder = appFolder(installation, {
        'import.mjs': `import * as all from '${entry}'; console.log(JSON.stringify(Object.keys(all)))`,
        'require.cjs': `console.log(JSON.stringify(Object.keys(require('${entry}'))))`,
      });
      for (const file of ['import.mjs', 'require.cjs'])
        expect(JSON.parse(run(command, [file], folder))).toEqual(expect.arrayContaining([...names]));
    },
  );
});

test.each([
  ['node16', 'node16', 'module'],
  ['nodenext', 'nodenext', 'module'],
  ['nodenext, CommonJS', 'nodenext', 'commonjs'],
  ['bundler', 'esnext', 'module'],
])('TypeScript finds the types of every entry: %s', (resolution, module, type) => {
  const folder = appFolder(installation, {
    'package.json': JSON.stringify({ type }),
    'app.ts': `${Object.keys(manifest.exports)
      .filter((subpath) => !subpath.startsWith('./embed'))
      .map(
        (subpath, index) =>
          `import * as entry${index} from '${join('latchkey', subpath)}';\nvoid entry${index};`,
      )
      .join('\n')}
      import { ConfigError } from 'latchkey';
      // @ts-expect-error: a text is no error
      export const wrong: ConfigError = 'text';
    `,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module,
        moduleResolution: resolution.split(',')[0],
        target: 'es2022',
        strict: true,
        noEmit: true,
        // Ours are held to the strictest once, with those of the CDK, which takes its time.
        skipLibCheck: type === 'commonjs' || module !== 'nodenext',
        typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
        types: ['node'],
      },
      files: ['app.ts'],
    }),
  });
  const { status, stdout } = spawnSync(process.execPath, [toolProgram('tsc'), '-p', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
