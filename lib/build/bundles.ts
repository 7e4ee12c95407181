/**
 * Bundles the code of all functions and profiles for any configuration, with one call of esbuild each, or that of one
 * profile that is not ours. Arguments: the folder that takes it, and the module of such a profile.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { profiles } from '../../profiles/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FUNCTIONS = join(ROOT, 'lambdas/functions');

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

/** Leaves what is put beside a function's module a file of its own: its settings, the profile, and modules that it imports as it starts. */
const BESIDE: Plugin = {
  name: 'beside',
  setup({ onResolve }) {
    onResolve({ filter: /^#(settings|profile)$/ }, ({ path }) => ({
      path: `./${path.slice(1)}.mjs`,
      external: true,
    }));
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.mjs'), external: true } : undefined,
    );
  },
};

async function bundle(entryPoints: BuildOptions['entryPoints'] & object, outdir: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules can be shaken, its CommonJS cannot.
    mainFields: ['module', 'main'],
    plugins: [BESIDE],
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  for (const { path, text } of outputFiles) {
    const imports = metafile.outputs[relative(ROOT, path)]?.imports ?? [];
    const requires = imports.some((entry) => entry.kind === 'require-call');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, requires ? REQUIRE + text : text);
  }
}

/** The handler of each function, and the modules that stand beside it. */
function functions() {
  return readdirSync(FUNCTIONS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== FUNCTIONS)
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ in: file, out: relative(FUNCTIONS, file.slice(0, -3)).replace(/handler$/, 'index') }));
}

const [, , outDir = '', module] = process.argv;
if (module !== undefined) {
  await bundle([{ in: module, out: 'profile' }], outDir);
} else {
  await bundle(functions(), outDir);
  await bundle(
    Object.keys(profiles).map((name) => join(ROOT, `profiles/${name}.ts`)),
    join(outDir, 'profiles'),
  );
}
