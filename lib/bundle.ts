import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Branding } from '../lambdas/contract/branding.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { ApiConstants } from './api-constants.ts';
import { loadProfile, profileFile } from './profiles.ts';
import { decisionProfileOf, decisionSettingsOf } from './settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

export interface BundleProps {
  /** Folders of `lambdas/functions`. */
  readonly functions: readonly string[];
  /** The name of the profile that `#profile` stands for. */
  readonly profile: string;
  readonly deployment: Deployment;
  readonly branding: Branding;
  readonly api: ApiConstants;
  /** Whether the authorizer says the challenges of its refusals. @default false */
  readonly challengesFromContext?: boolean;
  /** Takes `<function>/index.mjs`. */
  readonly outDir: string;
}

/** Bundles functions with one call of esbuild. Returns where the code of each is. */
export async function bundleFunctions(props: BundleProps): Promise<Readonly<Record<string, string>>> {
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
    // Unlike the constants below, it is put in where it is named, so that the minifier leaves out what hangs on it.
    define: {
      LATCHKEY_RESOURCE_METADATA: JSON.stringify(
        props.challengesFromContext === true ? props.api.resourceMetadata : null,
      ),
    },
    alias: { '#profile': profileFile(props.profile) },
    plugins: [
      withConstants({
        LATCHKEY_DEPLOYMENT: props.deployment,
        LATCHKEY_DECISION: {
          profile: decisionProfileOf(await loadProfile(props.profile)),
          deployment: decisionSettingsOf(props.deployment),
        },
        LATCHKEY_ACCESS: props.api.access,
        LATCHKEY_BRANDING: props.branding,
        LATCHKEY_OPENAPI: props.api.openApi,
        LATCHKEY_ADVERTISED: props.api.advertised,
        LATCHKEY_METHODS: props.api.methods,
      }),
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
  return Object.fromEntries(props.functions.map((name) => [name, join(props.outDir, name)]));
}

/**
 * Puts constants at the top of every composition root. The minifier drops what a root does not name: the access table is
 * in the authorizer's bundle alone. (esbuild's own `define` makes every module of a bundle import an object.)
 */
function withConstants(constants: Readonly<Record<string, unknown>>): Plugin {
  const source = Object.entries(constants)
    .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`)
    .join('');
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
