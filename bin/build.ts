/**
 * Builds the package `latchkey` into `.latchkey/package`, as it is published: `npm run build` (ADR 0177). Writes the API
 * reports of docs/api too; a report that changes is a change of the interface, for somebody to see.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { prebuilt } from '../lib/prebuilt.ts';
import {
  DOCUMENTS,
  moduleName,
  PROGRAMS,
  PUBLIC_ENTRIES,
  programName,
  RESOURCES,
} from './package-entries.ts';
import { createManifest, packageManifest, type RepositoryManifest } from './package-manifest.ts';
import { writeTypes } from './package-types.ts';

export const ROOT = join(import.meta.dirname, '..');

export interface BuildOptions {
  /** Where the reports of the types go. @default - none are written */
  readonly reports?: string;
}

/** Builds the package into a folder, which it empties. */
export async function buildPackage(folder: string, { reports }: BuildOptions = {}): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const imported = await writeModules(join(folder, 'dist'));
  writeManifest(folder, packageManifest(repositoryManifest(), imported));
  for (const part of ['bundles', 'console'] as const)
    cpSync(prebuilt(part), join(folder, 'prebuilt', part), { recursive: true });
  for (const source of PROGRAMS) writeStarter(folder, source);
  for (const path of [...RESOURCES, ...DOCUMENTS])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  cpSync(join(ROOT, 'docs/package.md'), join(folder, 'README.md'));
  await writeTypes(join(folder, 'types'), reports);
}

/** Builds the package `create-latchkey` into a folder, which it empties: one file, so that `npm create` is quick. */
export async function buildCreatePackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: 'bin/create.ts', out: 'index' }],
    outdir: join(folder, 'dist'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    plugins: [OWN_PLACE],
    legalComments: 'none',
    logLevel: 'error',
  });
  writeManifest(folder, createManifest(repositoryManifest()));
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}

function repositoryManifest(): RepositoryManifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
}

function writeManifest(folder: string, manifest: object): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Bundles the modules, which share what they have in common. Gives the packages that they import. */
async function writeModules(outdir: string): Promise<ReadonlySet<string>> {
  const shared = {
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    packages: 'external',
    outdir,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  } as const;
  const entries = (isForBrowsers: boolean) =>
    PUBLIC_ENTRIES.filter((entry) => (entry.isForBrowsers ?? false) === isForBrowsers).map((entry) => ({
      in: entry.source,
      out: moduleName(entry),
    }));
  const programs = PROGRAMS.map((source) => ({ in: source, out: programName(source) }));
  const built = await Promise.all([
    build({
      ...shared,
      entryPoints: [...entries(false), ...programs],
      platform: 'node',
      target: 'node20.19',
      plugins: [APPS_CONFIG, EARLIER_NODE, OWN_PLACE],
    }),
    build({ ...shared, entryPoints: entries(true), platform: 'browser', target: 'es2022' }),
  ]);
  return new Set(built.flatMap(({ metafile }) => packagesOf(metafile)));
}

function packagesOf({ outputs }: Metafile): string[] {
  const isPackage = (path: string) => !path.startsWith('node:') && !path.startsWith('.');
  return Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && isPackage(path))
    .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
}

/**
 * Leaves each module where it says that it is: what it finds beside itself by `import.meta.url` has the same place in the
 * package as in the repository, though the module's code lies in `dist`.
 */
const OWN_PLACE: Plugin = {
  name: 'own place',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const place = relative(ROOT, path).replace(/\.ts$/, '.js');
      const contents = text
        .replaceAll(/(?<=new URL\('\.[^']*)\.ts(?=', import\.meta\.url\))/g, '.js')
        .replaceAll('import.meta.url', `new URL('../${place}', import.meta.url).href`);
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * In place of the file that a fork edits, where commands read it: what the user's app was synthesized with. The defaults of
 * the construct stay those of the file.
 */
const APPS_CONFIG: Plugin = {
  name: "the app's configuration",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/latchkey\.config\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'app' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'app' }, () => ({
      contents: `import { synthesizedConfig } from './lib/synthesized-config.ts';
        const { config, profileModule } = synthesizedConfig(process.cwd());
        export { config as default, profileModule };`,
      resolveDir: ROOT,
      loader: 'ts',
    }));
  },
};

/** What Node.js 24 has in its crypto and earlier ones have not. */
const LATER_CRYPTO = ['argon2', 'randomUUIDv7'];

/** Lets an earlier Node.js load what it never calls: a module that imports what there is not would not even be read. */
const EARLIER_NODE: Plugin = {
  name: 'earlier Node.js',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:crypto$/ }, ({ namespace, path }) =>
      namespace === 'crypto' ? undefined : { path, namespace: 'crypto' },
    );
    onLoad({ filter: /.*/, namespace: 'crypto' }, () => ({
      contents: `
        import * as crypto from 'node:crypto';
        export * from 'node:crypto';
        const missing = (name) => () => { throw new Error(\`crypto.\${name} needs Node.js 24.7 or later\`); };
        ${LATER_CRYPTO.map((name) => `export const ${name} = crypto.${name} ?? missing('${name}');`).join('\n')}
      `,
    }));
  },
};

/** Puts a program where those look for it that start it. */
function writeStarter(folder: string, source: string): void {
  const file = join(folder, source.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(file), { recursive: true });
  const module = relative(dirname(file), join(folder, 'dist', `${programName(source)}.js`));
  writeFileSync(file, `#!/usr/bin/env node\nimport '${module}';\n`);
}

/** What npm would publish of a folder. */
export function packedFiles(folder: string): Packed {
  // A list, or from npm 12 on an object with a member for each package.
  const [packed] = Object.values<Packed>(
    JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    ),
  );
  if (packed === undefined) throw new Error(`npm packs nothing of ${folder}`);
  return packed;
}

export interface Packed {
  readonly files: readonly { readonly path: string }[];
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
}

if (import.meta.main) {
  const folders = ['.latchkey/package', '.latchkey/create-latchkey'].map((folder) => join(ROOT, folder));
  const [folder = '', createFolder = ''] = folders;
  await buildPackage(folder, { reports: join(ROOT, 'docs/api') });
  await buildCreatePackage(createFolder);
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} KB`;
  for (const each of folders) {
    const { files, size, unpackedSize } = packedFiles(each);
    console.log(
      `${relative(process.cwd(), each)}: ${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`,
    );
  }
}
