import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { ApiConstants } from './api-constants.ts';
import type { FunctionName } from './functions.ts';
import { profileFile } from './profiles.ts';
import { decisionProfileOf, decisionSettingsOf } from './settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

export interface BundleProps {
  readonly functions: readonly FunctionName[];
  /** The profile that `#profile` stands for, as the configuration has it. */
  readonly profile: Profile;
  readonly deployment: Deployment;
  readonly api: ApiConstants;
  /** Whether the authorizer says the challenges of its refusals. @default false */
  readonly challengesFromContext?: boolean;
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
    // Unlike the constants below, it is put in where it is named, so that the minifier leaves out what hangs on it.
    define: {
      LATCHKEY_RESOURCE_METADATA: JSON.stringify(
        props.challengesFromContext === true ? props.api.resourceMetadata : null,
      ),
    },
    plugins: [
      withProfile(props.profile),
      withConstants({
        LATCHKEY_DEPLOYMENT: props.deployment,
        LATCHKEY_DECISION: {
          profile: decisionProfileOf(props.profile),
          deployment: decisionSettingsOf(props.deployment),
        },
        LATCHKEY_ACCESS: props.api.access,
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
  return Object.fromEntries(props.functions.map((name) => [name, join(props.outDir, name)])) as Record<
    FunctionName,
    string
  >;
}

/** Makes `#profile` the module of a profile, which has functions, with what the configuration says of it. */
function withProfile({ name, managementPrefix }: Profile): Plugin {
  const file = JSON.stringify(profileFile(name));
  return {
    name: 'profile',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#profile$/ }, ({ path }) => ({ path, namespace: 'profile' }));
      onLoad({ filter: /.*/, namespace: 'profile' }, () => ({
        contents:
          managementPrefix === undefined
            ? `export { profile } from ${file};`
            : `import { profile as published } from ${file};
               export const profile = { ...published, managementPrefix: ${JSON.stringify(managementPrefix)} };`,
        resolveDir: ROOT,
      }));
    },
  };
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
