/** Every Node, Python and Go of this machine that the clients are for: of each minor version the first that is found. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Runtime {
  /** `24`, `3.12`. */
  readonly version: string;
  readonly command: string;
}

/** Node's major versions that the package says it is for, or later ones. */
export function nodes(): readonly Runtime[] {
  const kept = versionsIn(join(process.env.NVM_DIR ?? join(homedir(), '.nvm'), 'versions/node'), 'bin/node');
  return runtimes([process.execPath, ...onPath(['node']), ...kept], 'process.versions.node.split(".")[0]', {
    run: (print) => ['-p', print],
    isForUs: (version) => Number(version) >= 20,
  });
}

/** Python's minor versions that the package says it is for, or later ones. */
export function pythons(): readonly Runtime[] {
  const names = ['python3', ...[10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)];
  const kept = versionsIn(
    join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions'),
    'bin/python3',
  );
  return runtimes([...onPath(names), ...kept], '"%d.%d" % sys.version_info[:2]', {
    run: (print) => ['-c', `import sys, venv; print(${print})`],
    isForUs: (version) => /^3\.\d\d$/.test(version),
  });
}

/** Go's minor versions that the module says it is for, or later ones. None is fetched. */
export function gos(): readonly Runtime[] {
  const kept = versionsIn(join(homedir(), 'sdk'), 'bin/go');
  return runtimes([...onPath(['go']), '/usr/local/go/bin/go', ...kept], 'GOVERSION', {
    run: (variable) => ['env', variable],
    isForUs: (version) => /^go1\.(2[3-9]|[3-9]\d)/.test(version),
  });
}

function runtimes(
  commands: readonly string[],
  print: string,
  { run, isForUs }: { run(print: string): string[]; isForUs(version: string): boolean },
): readonly Runtime[] {
  const found = new Map<string, Runtime>();
  for (const command of commands) {
    const version = outputOf(command, run(print));
    if (version !== undefined && isForUs(version) && !found.has(version))
      found.set(version, { version, command });
  }
  return [...found.values()].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

function outputOf(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function onPath(names: readonly string[]): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .filter((file) => existsSync(file));
}

function versionsIn(folder: string, command: string): readonly string[] {
  const kept = existsSync(folder) ? readdirSync(folder).sort() : [];
  return kept.map((version) => join(folder, version, command)).filter((file) => existsSync(file));
}
