import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';
import type { ConsoleBuild } from '../lambdas/contract/console.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { apiRows } from '../lambdas/kernel/api-rows.ts';
import type { Route } from '../lambdas/kernel/route.ts';
import { publishedPath } from './openapi/document.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'console');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const BUILDS = join(ROOT, '.latchkey/console');

let built: Promise<string> | undefined;

/**
 * The folder of the console's built files, for any configuration: what differs between deployments the page is told when
 * it is served. They are built once for the same sources and packages, and kept in `.latchkey/console`.
 */
export function builtConsole(): Promise<string> {
  built ??= findOrBuild();
  return built;
}

async function findOrBuild(): Promise<string> {
  const folder = join(BUILDS, await digestOfSources());
  if (await exists(folder)) return folder;
  await mkdir(BUILDS, { recursive: true });
  const made = await mkdtemp(join(BUILDS, 'building-'));
  try {
    await promisify(execFile)(
      process.execPath,
      [VITE, 'build', SOURCES, '--outDir', made, '--logLevel', 'error'],
      {
        cwd: ROOT,
        // React as it is for people, whoever builds: within tests it would be the developers'.
        env: { ...process.env, NODE_ENV: 'production' },
      },
    );
    await buildEmbed(join(made, 'embed'));
    for (const folder of ['assets', 'embed']) await compressAll(join(made, folder));
    await rename(made, folder).catch(async (error: unknown) => {
      // Another process was faster: its files are the same.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return folder;
}

/** `<latchkey-keys>` as one file, which pages of others load by its name. */
async function buildEmbed(outdir: string): Promise<void> {
  await build({
    absWorkingDir: SOURCES,
    entryPoints: ['embed/latchkey-keys.ts'],
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  });
}

/** Each file as it is sent, and no other way: Lambda answers with at most 6 MB, and a browser waits for less. */
async function compressAll(folder: string): Promise<void> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const bytes = await readFile(file);
    await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, quality));
    await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }));
    await rm(file);
  }
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(ROOT, 'package-lock.json')));
  const entries = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) hash.update(`\0${relative(SOURCES, file)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 24);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What the console is told of a profile: where it has the rows of the default contract. */
export function consoleBuild(
  routes: readonly Route[],
  profile: Profile,
  plans: ConsoleBuild['plans'],
): ConsoleBuild {
  const rows = apiRows(routes, profile).filter((row) => row.kind === 'route');
  const paths = routes.flatMap((route): [string, string | null][] => {
    // Rows of operators stand where they do, in every profile, or are not there for anybody.
    if (route.path === null || route.access.kind === 'operator') return [];
    const path = rows.find((row) => row.route.id === route.id)?.path ?? null;
    if (path === route.path) return [];
    return [[`${route.method} ${publishedPath(route.path)}`, path && publishedPath(path)]];
  });
  return {
    plans,
    paths: Object.fromEntries(paths),
    firstCall: `${profile.upstreamPrefixes[0] ?? ''}/stats`,
  };
}
