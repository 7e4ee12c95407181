import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('build', import.meta.url));
/** `.ts` in the repository, `.js` in the package. */
const EXTENSION = extname(fileURLToPath(import.meta.url));
const UNUSED_MILLISECONDS = 86_400_000;

/** What is built of our sources for any configuration, with the sources that it is built of. */
const PARTS = {
  /** The code of the functions, a folder for each, and of the profiles, in `profiles`. */
  bundles: ['lambdas', 'profiles', 'package.json', 'package-lock.json', 'lib/build'],
  /** The files of the key console. */
  console: ['console', 'package-lock.json', 'lib/build'],
} as const;

export type Part = keyof typeof PARTS;

const found = new Map<Part, string>();

/**
 * The folder of a part. The package has it, in `prebuilt` beside `lib`; the repository builds it once for the same sources
 * and packages, and keeps it in `.latchkey`. Throws where it cannot be built, with what the build says.
 */
export function prebuilt(part: Part): string {
  const folder = found.get(part) ?? findOrBuild(part);
  found.set(part, folder);
  return folder;
}

/**
 * Builds all parts that are not built yet at the same time, which else each wait for when they are asked for. One that
 * cannot be built is left to `prebuilt`, which says why.
 */
export async function prepare(): Promise<void> {
  await Promise.allSettled((Object.keys(PARTS) as Part[]).map(preparePart));
}

async function preparePart(part: Part): Promise<void> {
  if (existsSync(packagedFolder(part))) return;
  const folder = builtFolder(part);
  if (existsSync(folder)) return;
  const made = unfinishedFolder(part);
  try {
    await promisify(execFile)(process.execPath, argumentsOf(part, [made]), { env: ENVIRONMENT });
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** React as it is for people, whoever builds: within tests it would be the developers'. */
const ENVIRONMENT = { ...process.env, NODE_ENV: 'production' };

const argumentsOf = (script: string, parameters: readonly string[]) => [
  join(SCRIPTS, script + EXTENSION),
  ...parameters,
];

/**
 * Runs a script of `lib/build`, in a process of its own: what it imports, no user of the package has. Throws with what it says,
 * which is the cause.
 */
export function build(script: string, ...parameters: readonly string[]): void {
  try {
    execFileSync(process.execPath, argumentsOf(script, parameters), {
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    const cause = String((error as { stderr: unknown }).stderr).trim();
    throw new Error(`lib/build/${script}${EXTENSION} failed: ${cause}`, { cause });
  }
}

function findOrBuild(part: Part): string {
  const packaged = packagedFolder(part);
  if (existsSync(packaged)) return packaged;
  const folder = builtFolder(part);
  if (!existsSync(folder)) buildAt(part, folder);
  const now = new Date();
  utimesSync(folder, now, now);
  removeUnused(dirname(folder));
  return folder;
}

const packagedFolder = (part: Part): string => join(ROOT, 'prebuilt', part);

/** Where a part of these sources is once it has been built. */
const builtFolder = (part: Part): string => join(ROOT, '.latchkey', part, digestOf(PARTS[part]));

function unfinishedFolder(part: Part): string {
  const builds = join(ROOT, '.latchkey', part);
  mkdirSync(builds, { recursive: true });
  return mkdtempSync(join(builds, 'building-'));
}

function buildAt(part: Part, folder: string): void {
  const made = unfinishedFolder(part);
  try {
    build(part, made);
    renameSync(made, folder);
  } catch (error) {
    // Another process was faster: its files are the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Removes what no process has asked for in a day. */
function removeUnused(builds: string): void {
  for (const name of readdirSync(builds)) {
    const folder = join(builds, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > UNUSED_MILLISECONDS) rmSync(folder, { recursive: true, force: true });
  }
}

function digestOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesOf(join(ROOT, source))).sort())
    hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 24);
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
