import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { AccessTable, RowAccess } from '../lambdas/contract/access.ts';
import type { Branding } from '../lambdas/contract/branding.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { ApiConstants } from './api-constants.ts';
import type { FunctionName } from './functions.ts';
import { loadProfile, profileFile } from './profiles.ts';
import { decisionProfileOf, decisionSettingsOf } from './settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

export interface BundleProps {
  readonly functions: readonly FunctionName[];
  /** The name of the profile that `#profile` stands for. */
  readonly profile: string;
  readonly deployment: Deployment;
  readonly branding: Branding;
  readonly api: ApiConstants;
  /** Takes `<function>/index.mjs`. */
  readonly outDir: string;
}

/** Bundles every function with one call of esbuild. Returns the folder of each function's code. */
export async function bundleFunctions(props: BundleProps): Promise<Readonly<Record<FunctionName, string>>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: props.functions.map((name) => ({
      in: `lambdas/functions/${name}/handler.ts`,
      out: `${name}/index`,
    })),
    outdir: props.outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules can be shaken, its CommonJS cannot.
    mainFields: ['module', 'main'],
    alias: { '#profile': profileFile(props.profile) },
    plugins: [
      withConstants(
        {
          LATCHKEY_DEPLOYMENT: props.deployment,
          LATCHKEY_DECISION: {
            profile: decisionProfileOf(await loadProfile(props.profile)),
            deployment: decisionSettingsOf(props.deployment),
          },
          LATCHKEY_BRANDING: props.branding,
          LATCHKEY_OPENAPI: props.api.openApi,
          LATCHKEY_ADVERTISED: props.api.advertised,
          LATCHKEY_METHODS: props.api.methods,
        },
        accessSource(props.api.access),
      ),
    ],
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  for (const { path, text } of outputFiles) {
    const imports = metafile.outputs[relative(ROOT, path)]?.imports ?? [];
    const requires = imports.some((entry) => entry.kind === 'require-call');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, requires ? REQUIRE + text : text);
  }
  return Object.fromEntries(props.functions.map((name) => [name, join(props.outDir, name)])) as Record<
    FunctionName,
    string
  >;
}

/**
 * Puts constants at the top of every composition root. The minifier drops what a root does not name: the access table is
 * in the authorizer's bundle alone. (esbuild's own `define` makes every module of a bundle import an object.)
 */
function withConstants(constants: Readonly<Record<string, unknown>>, more: string): Plugin {
  const values = Object.entries(constants).map(
    ([name, value]) => `const ${name} = ${JSON.stringify(value)};`,
  );
  const source = values.join('') + more;
  return {
    name: 'constants',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]lambdas[\\/]functions[\\/]\w+[\\/]handler\.ts$/ }, async ({ path }) => ({
        contents: source + (await readFile(path, 'utf8')),
        loader: 'ts',
      }));
    },
  };
}

/** The access table as source: rows that take the same share one constant, as every byte of it is read at a cold start. */
function accessSource(access: AccessTable): string {
  const kinds = new Map<string, string>();
  const nameOf = (row: RowAccess): string => {
    const text = JSON.stringify(row);
    const name = kinds.get(text) ?? `LATCHKEY_ROW_${kinds.size}`;
    kinds.set(text, name);
    return name;
  };
  const paths = Object.entries(access).map(([path, methods]) => {
    const rows = Object.entries(methods).map(([method, row]) => `${method}: ${nameOf(row)}`);
    return `${JSON.stringify(path)}: { ${rows.join(', ')} }`;
  });
  const constants = [...kinds].map(([text, name]) => `const ${name} = ${text};`);
  return `${constants.join('')}const LATCHKEY_ACCESS = { ${paths.join(', ')} };`;
}
