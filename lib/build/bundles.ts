/**
 * Bundles the code of all functions and profiles for any configuration, with one call of esbuild each, or that of one
 * profile that is not ours. Arguments: the folder that takes it, and the module of such a profile.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { profiles } from '../../profiles/index.ts';
import { profileJson } from '../profile-json.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAMBDAS = join(ROOT, 'lambdas');
const FUNCTIONS = join(LAMBDAS, 'functions');

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);\n";

/** Packages and modules of other rooms that functions import when they need them, by the names under which they stand beside them. */
const onDemand = new Map<string, string>();

/**
 * Leaves what is put beside a function's module a file of its own: its settings, the profile, modules that it imports as it
 * starts, and what it imports when it needs it, which a start then need not compile.
 */
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
    // What a package imports so stays in it.
    onResolve({ filter: /^(\.\.\/|[@a-z])/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || isBuiltin(path) || !resolveDir.startsWith(LAMBDAS + sep))
        return undefined;
      const isOurs = path.startsWith('.');
      const name = isOurs ? basename(path, '.ts') : path.replace(/^@/, '').replaceAll('/', '-');
      const module = isOurs ? join(resolveDir, path) : path;
      if ((onDemand.get(name) ?? module) !== module) throw new Error(`${name}.mjs would be two modules`);
      onDemand.set(name, module);
      return { path: `./${name}.mjs`, external: true };
    });
  },
};

/**
 * Keeps the CDK out of what runs in functions. A profile of a team's own imports ours from the package, whose main module is for
 * apps: it gets the module that has the profiles and no more.
 */
const NO_CDK: Plugin = {
  name: 'no-cdk',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^latchkey$/ }, ({ resolveDir, kind }) =>
      resolve('latchkey/profiles', { resolveDir, kind }),
    );
    onResolve({ filter: /^(aws-cdk-lib|constructs)(\/|$)/ }, () => ({
      errors: [
        { text: 'functions have no CDK; keep what they run, such as a profile, in modules that import none' },
      ],
    }));
  },
};

/** Leaves out the cache of aws4's signing keys: `lambdas/kernel/request-signer.ts` has one in its place, and every cold start pays for both. */
const ONE_KEY_CACHE: Plugin = {
  name: 'one-key-cache',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/lru$/ }, ({ importer }) =>
      /[\\/]aws4[\\/]aws4\.js$/.test(importer) ? { path: 'lru', namespace: 'one-key-cache' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'one-key-cache' }, () => ({
      contents: 'module.exports = () => new Map();',
    }));
  },
};

/** A static import as esbuild writes it: `import a,{b as c}from"node:d"`, or `import*as a from"node:d"`. */
const IMPORT = /\bimport(?:\*as)? ?([\w$]*),?(\{[^}]*\})? ?from"([\w:/]+)"/g;

/** One at run time. */
const DYNAMIC_IMPORT = /\bimport\("([\w:/]+)"\)/g;

/**
 * Code that asks Node for its modules, and for what it uses of them. An import reads all that a module exports: of `node:http`,
 * `node:net` and `node:crypto` that loads undici, block lists and Web Crypto, for which every cold start pays (ADR 0194).
 */
function withoutImportsOfNode(code: string): string {
  const found = (module: string) => `process.getBuiltinModule("${module}")`;
  return code
    .replace(IMPORT, (statement, whole: string, names: string | undefined, module: string) => {
      if (!isBuiltin(module)) return statement;
      const parts = names?.replaceAll(' as ', ':');
      const variables = [whole && `${whole}=${found(module)}`, parts && `${parts}=${whole || found(module)}`];
      return `const ${variables.filter(Boolean).join()}`;
    })
    .replace(DYNAMIC_IMPORT, (call, module: string) =>
      isBuiltin(module) ? `Promise.resolve(${found(module)})` : call,
    );
}

async function bundle(options: BuildOptions): Promise<void> {
  const { absWorkingDir = ROOT } = options;
  const { outputFiles = [], metafile } = await build({
    absWorkingDir,
    outExtension: { '.js': '.mjs' },
    plugins: [BESIDE, NO_CDK, ONE_KEY_CACHE],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules can be shaken, its CommonJS cannot.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
    ...options,
  });
  for (const { path, text } of outputFiles) {
    const imports = metafile?.outputs[relative(absWorkingDir, path)]?.imports ?? [];
    const requires = imports.some((entry) => entry.kind === 'require-call');
    mkdirSync(dirname(path), { recursive: true });
    const code = withoutImportsOfNode(text);
    writeFileSync(path, requires ? REQUIRE + code : code);
  }
}

/** Puts what is imported on demand beside the functions that import it. */
async function bundleOnDemand(outDir: string): Promise<void> {
  const made = join(outDir, 'on-demand');
  const folders = readdirSync(outDir).map((name) => join(outDir, name));
  const { size } = onDemand;
  await bundle({ entryPoints: [...onDemand].map(([out, path]) => ({ in: path, out })), outdir: made });
  if (onDemand.size > size) throw new Error('What is imported on demand imports nothing so itself.');
  for (const folder of folders) {
    const files = readdirSync(folder);
    const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    for (const [, file = ''] of code.matchAll(/\bimport\("\.\/([\w-]+\.mjs)"\)/g))
      if (!files.includes(file)) copyFileSync(join(made, file), join(folder, file));
  }
  rmSync(made, { recursive: true });
}

/** The handler of each function, and the modules that stand beside it. */
function functions() {
  return readdirSync(FUNCTIONS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== FUNCTIONS)
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ in: file, out: relative(FUNCTIONS, file.slice(0, -3)).replace(/handler$/, 'index') }));
}

async function bundleAll(outDir: string): Promise<void> {
  await bundle({ entryPoints: functions(), outdir: outDir });
  await bundleOnDemand(outDir);
  await bundle({
    entryPoints: Object.keys(profiles).map((name) => join(ROOT, `profiles/${name}.ts`)),
    outdir: join(outDir, 'profiles'),
  });
}

/**
 * Bundles the profile that a module of a user's exports, a CommonJS one too, as `profile.mjs`. It is loaded once as the functions
 * will load it, and what it is stands in `profile.json`, for the synth to compare.
 */
async function bundleProfile(outDir: string, module: string): Promise<void> {
  const outfile = join(outDir, 'profile.mjs');
  await bundle({
    stdin: {
      contents: `import * as module from ${JSON.stringify(module)}; export const { profile } = module;`,
      resolveDir: dirname(module),
    },
    outfile,
    absWorkingDir: process.cwd(),
    plugins: [NO_CDK],
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  });
  const { profile } = await import(pathToFileURL(outfile).href);
  if (typeof profile !== 'object' || profile === null) throw new Error(`${module} does not export "profile"`);
  writeFileSync(join(outDir, 'profile.json'), profileJson(profile));
}

const [, , outDir = '', module] = process.argv;
try {
  await (module === undefined ? bundleAll(outDir) : bundleProfile(outDir, module));
} catch (error) {
  // Of a profile its author reads it, who has no use for our stack.
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
