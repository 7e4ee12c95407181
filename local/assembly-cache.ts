import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from './failure.ts';

/** Everything in the repository that an assembly is made from. */
const SOURCES = [
  '{bin,lib,lambdas,profiles}/**/*.ts',
  'console/**/*.*',
  'latchkey.config.ts',
  'cdk.json',
  'package-lock.json',
];

/** Hours for which an assembly is kept that nobody asks for. */
const FORGOTTEN_AFTER_MILLISECONDS = 24 * 3_600_000;

export interface AssemblyCacheOptions {
  /** The repository whose app is synthesized. */
  readonly root: string;
  /** Where assemblies are kept. Code is run from there: it is made for this user alone. */
  readonly folder: string;
}

/** Assemblies of a repository's app, each synthesized once however many processes and runs want it. It reads the sources once. */
export class AssemblyCache {
  readonly #root: string;
  readonly #folder: string;
  #sources: string | undefined;

  constructor({ root, folder }: AssemblyCacheOptions) {
    this.#root = root;
    this.#folder = folder;
  }

  /**
   * The folder of the assembly that `make` writes from the sources and `inputs`, which must be all else that it depends on.
   * Nothing in it may be changed. Throws a `LocalStackError` where the cache's folder is another user's.
   */
  async assembly(inputs: unknown, make: (outDir: string) => Promise<void>): Promise<string> {
    const folder = join(this.#folder, this.#digest(inputs));
    this.#claim();
    if (isKept(folder)) return folder;
    this.#forgetOld();
    // Processes run at the same time: the first one synthesizes, and the others wait for it.
    const lock = `${folder}.lock`;
    while (!takeLock(lock)) {
      await sleep(100);
      if (isKept(folder)) return folder;
    }
    try {
      if (!isKept(folder)) await this.#make(folder, make);
      return folder;
    } finally {
      rmSync(lock, { force: true });
    }
  }

  async #make(folder: string, make: (outDir: string) => Promise<void>): Promise<void> {
    const unfinished = join(this.#folder, `unfinished-${randomUUID()}`);
    mkdirSync(unfinished, { recursive: true });
    try {
      await make(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }

  #digest(inputs: unknown): string {
    this.#sources ??= digestOf(this.#root);
    const hash = createHash('sha256').update(this.#root).update(JSON.stringify(inputs)).update(this.#sources);
    return hash.digest('hex').slice(0, 32);
  }

  #claim(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (lstatSync(this.#folder).uid !== userInfo().uid)
      throw new LocalStackError(`${this.#folder} belongs to somebody else; remove it`);
  }

  #forgetOld(): void {
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > FORGOTTEN_AFTER_MILLISECONDS) rmSync(path, { recursive: true, force: true });
    }
  }
}

function digestOf(root: string): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root })).sort())
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Whether an assembly is there; if so it is used now, and kept for longer. */
function isKept(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const now = new Date();
  utimesSync(folder, now, now);
  return true;
}

/** Whether this process has the lock now: nobody had it, or whoever had it has ended without giving it back. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(readLock(lock))) rmSync(lock, { force: true });
    return false;
  }
}

/** The id of the process that has the lock; 0 when it was given back, or is being taken, meanwhile. */
function readLock(lock: string): number {
  return existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
}

function isRunning(pid: number): boolean {
  if (pid === 0) return true;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
