import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { AccessTable } from '../lambdas/contract/access.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { FunctionName } from './functions.ts';
import { profileFile } from './profiles.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

export interface BundleProps {
  readonly functions: readonly FunctionName[];
  /** The name of the profile that `#profile` stands for. */
  readonly profile: string;
  readonly deployment: Deployment;
  readonly access: AccessTable;
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
    // Only a bundle that names a constant contains it: the access table is in the authorizer's alone.
    define: {
      LATCHKEY_DEPLOYMENT: JSON.stringify(props.deployment),
      LATCHKEY_ACCESS: JSON.stringify(props.access),
    },
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
