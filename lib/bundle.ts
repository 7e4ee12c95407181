import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { AccessTable, RowAccess } from '../lambdas/contract/access.ts';
import type { Branding } from '../lambdas/contract/branding.ts';
import type { Deployment, DirectSettings } from '../lambdas/contract/deployment.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { ApiConstants } from './api-constants.ts';
import { profileFile } from './profiles.ts';
import { decisionProfileOf, decisionSettingsOf } from './settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies call `require`, which an ES module does not have.
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n";

export interface BundleProps {
  /** Folders of `lambdas/functions`. */
  readonly functions: readonly string[];
  /** The profile that `#profile` stands for, as the configuration has it. */
  readonly profile: Profile;
  readonly deployment: Deployment;
  readonly branding: Branding;
  readonly api: ApiConstants;
  /** Whether the authorizer says the challenges of its refusals. @default false */
  readonly challengesFromContext?: boolean;
  /** The console's built files, which the function `public` serves. @default - there is no console */
  readonly consoleFolder?: string | undefined;
  /** Takes `<function>/index.mjs`. */
  readonly outDir: string;
}

/** Bundles functions with one call of esbuild. Returns where the code of each is. */
export async function bundleFunctions(props: BundleProps): Promise<Readonly<Record<string, string>>> {
  const chunks = authorizerChunks(props);
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...props.functions.map((name) => ({
        in: `lambdas/functions/${name}/handler.ts`,
        out: `${name}/index`,
      })),
      ...(props.functions.includes('authorizer') ? chunks : []).map((name) => ({
        in: `lambdas/functions/authorizer/${name}.ts`,
        out: `authorizer/${name}`,
      })),
    ],
    outdir: props.outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules can be shaken, its CommonJS cannot.
    mainFields: ['module', 'main'],
    // Unlike the constants below, they are put in where they are named, so that the minifier leaves out what hangs on them.
    define: {
      LATCHKEY_ACCEPTS_HS256: String(props.deployment.tokens.acceptsHs256),
      LATCHKEY_HAS_DIRECT: String(chunks.includes('direct')),
      LATCHKEY_HAS_OBSERVED: String(chunks.includes('observed')),
      LATCHKEY_ALLOWED_PER_LINE: String(props.deployment.allowedDecisionsPerLogLine),
      LATCHKEY_HAS_TRACED: String(chunks.includes('traced')),
      LATCHKEY_RESOURCE_METADATA: JSON.stringify(
        props.challengesFromContext === true ? props.api.resourceMetadata : null,
      ),
    },
    plugins: [
      BESIDE,
      withProfile(props.profile),
      withConstants(
        sourceOf({
          LATCHKEY_DEPLOYMENT: props.deployment,
          LATCHKEY_DECISION: {
            profile: decisionProfileOf(props.profile),
            deployment: decisionSettingsOf(props.deployment),
          },
          LATCHKEY_SAMPLING: props.deployment.traces,
          LATCHKEY_DIRECT: directSettingsOf(props),
          LATCHKEY_BRANDING: props.branding,
          LATCHKEY_OPENAPI: props.api.openApi,
          LATCHKEY_ADVERTISED: props.api.advertised,
          LATCHKEY_METHODS: props.api.methods,
          LATCHKEY_CONSOLE: props.api.console,
        }) + accessSource(props.api.access),
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
  if (props.consoleFolder !== undefined)
    await cp(props.consoleFolder, join(props.outDir, 'public/console'), { recursive: true });
  return Object.fromEntries(props.functions.map((name) => [name, join(props.outDir, name)]));
}

/** The modules beside the authorizer's that a deployment takes: what others need no byte of. */
function authorizerChunks(props: BundleProps): readonly ('direct' | 'observed' | 'traced')[] {
  return [
    ...(props.api.direct.length > 0 ? (['direct'] as const) : []),
    ...(props.deployment.pathScopes.some(({ observeUntil }) => observeUntil !== undefined)
      ? (['observed'] as const)
      : []),
    ...(props.deployment.traces === null ? [] : (['traced'] as const)),
  ];
}

function directSettingsOf({ api, deployment }: BundleProps): DirectSettings {
  return { resources: api.direct, zeroPlanThrottles: deployment.gatewayFacts.zeroPlanThrottles, signs: true };
}

/** Leaves modules that a composition root imports as it starts beside it, each a file of its own. */
const BESIDE: Plugin = {
  name: 'beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.mjs'), external: true } : undefined,
    );
  },
};

/** Makes `#profile` the module of a profile, which has functions, with what the configuration says of it. */
function withProfile({ name, managementPrefix, hasOperators }: Profile): Plugin {
  const file = JSON.stringify(profileFile(name));
  const configured = JSON.stringify({ managementPrefix, hasOperators });
  return {
    name: 'profile',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#profile$/ }, ({ path }) => ({ path, namespace: 'profile' }));
      onLoad({ filter: /.*/, namespace: 'profile' }, () => ({
        contents:
          configured === '{}'
            ? `export { profile } from ${file};`
            : `import { profile as published } from ${file};
               export const profile = { ...published, ...${configured} };`,
        resolveDir: ROOT,
      }));
    },
  };
}

/**
 * Puts constants at the top of every composition root. The minifier drops what a root does not name: the access table is
 * in the authorizer's bundle alone. (esbuild's own `define` makes every module of a bundle import an object.)
 */
function withConstants(source: string): Plugin {
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

function sourceOf(constants: Readonly<Record<string, unknown>>): string {
  return Object.entries(constants)
    .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`)
    .join('');
}

/** The access table, in which rows that take the same are one constant: every cold start pays for its bytes. */
function accessSource(access: AccessTable): string {
  const values = [
    ...new Set(
      Object.values(access)
        .flatMap(Object.values)
        .map((each) => JSON.stringify(each)),
    ),
  ];
  const nameOf = (value: RowAccess) => `LATCHKEY_ACCESS_${values.indexOf(JSON.stringify(value))}`;
  const rows = Object.entries(access).map(([path, methods]) => {
    const named = Object.entries(methods).map(([method, value]) => `${method}: ${nameOf(value)}`);
    return `${JSON.stringify(path)}: { ${named.join(', ')} }`;
  });
  const shared = values.map((value, index) => `const LATCHKEY_ACCESS_${index} = ${value};`).join('');
  return `${shared}const LATCHKEY_ACCESS = { ${rows.join(', ')} };`;
}
