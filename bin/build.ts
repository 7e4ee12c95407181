/**
 * Builds the package `latchkey` into `.latchkey/package`, as it is published: `npm run build` (ADR 0177). Writes the API
 * reports of docs/api too; a report that changes is a change of the interface, for somebody to see.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import {
  DOCUMENTS,
  moduleName,
  PROGRAMS,
  PUBLIC_ENTRIES,
  programName,
  RESOURCES,
} from './package-entries.ts';
import { packageManifest } from './package-manifest.ts';
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
  const repository = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const manifest = packageManifest(repository, imported);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const source of PROGRAMS) writeStarter(folder, source);
  for (const path of [...RESOURCES, ...DOCUMENTS])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  cpSync(join(ROOT, 'docs/package.md'), join(folder, 'README.md'));
  writeTypes(join(folder, 'dist'), reports);
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
      plugins: [OWN_PLACE],
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

/** Puts a program where those look for it that start it. */
function writeStarter(folder: string, source: string): void {
  const file = join(folder, source.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(file), { recursive: true });
  const module = relative(dirname(file), join(folder, 'dist', `${programName(source)}.js`));
  writeFileSync(file, `import '${module}';\n`);
}

if (import.meta.main) {
  const folder = join(ROOT, '.latchkey/package');
  await buildPackage(folder, { reports: join(ROOT, 'docs/api') });
  const [packed] = Object.values<{ size: number; unpackedSize: number; entryCount: number }>(
    JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8' })),
  );
  if (packed !== undefined)
    console.log(
      `${relative(process.cwd(), folder)}: ${packed.entryCount} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked`,
    );
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} KB`;
}
