import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * `node toolchain/install.ts`: installs what checks, documents and builds the package, as `toolchain/package-lock.json` says
 * (ADR 0192). Imports no package: it runs before there are any.
 */
const MODULES = join(import.meta.dirname, 'node_modules');

/** Each tool's program, which Node.js runs. */
const PROGRAMS = {
  biome: '@biomejs/biome/bin/biome',
  depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
  oxlint: 'oxlint/bin/oxlint',
  tsc: '@typescript/native/bin/tsc',
};

export type Tool = keyof typeof PROGRAMS;

/** Where npm puts the tools' commands. Tools that start others look for them on the path. */
export const COMMANDS = join(MODULES, '.bin');

/** Installs the toolchain, unless it is there: the global setup of tests that use it. */
export default function install(): void {
  installLocked(import.meta.dirname);
}

/** The path of a tool's program. Installs the toolchain first, unless it is there. */
export function toolProgram(tool: Tool): string {
  install();
  return join(MODULES, PROGRAMS[tool]);
}

/**
 * Installs what a folder's own lock file names, without its packages' scripts, unless that was done since the lock file
 * changed. npm's output goes to stderr. Throws if npm fails.
 */
export function installLocked(folder: string): void {
  // Written last: what an interrupted installation left behind is no installation.
  const installed = statSync(join(folder, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  const lock = statSync(join(folder, 'package-lock.json'));
  if (installed !== undefined && installed.mtimeMs >= lock.mtimeMs) return;
  // Of `npm run --silent` npm would say nothing, errors among it.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=warn'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', process.stderr, 'inherit'] });
  if (status !== 0) throw new Error(`"npm ci" in ${relative(process.cwd(), folder)} has failed.`);
}

if (import.meta.main) install();
