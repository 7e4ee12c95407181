import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from './failure.ts';

/**
 * Where a stack keeps what must survive it, held by one process at a time. Without a path nothing survives: the
 * directory is a temporary one, and is removed at the end.
 */
export class DataDirectory {
  readonly path: string;
  readonly persistent: boolean;

  private constructor(path: string, persistent: boolean) {
    this.path = path;
    this.persistent = persistent;
  }

  /** Throws a `LocalStackError` when another process holds the directory. */
  static open(path: string | undefined): DataDirectory {
    if (path === undefined) return new DataDirectory(mkdtempSync(join(tmpdir(), 'local-stack-')), false);
    mkdirSync(path, { recursive: true });
    // Also one that was there before: what is in it is as secret as the keys.
    chmodSync(path, 0o700);
    const directory = new DataDirectory(path, true);
    directory.#lock();
    return directory;
  }

  /** A small JSON file of the directory; of one that is temporary, the value alone. */
  store<Value>(name: string, initial: Value): StoredValue<Value> {
    return new StoredValue(this.persistent ? join(this.path, `${name}.json`) : undefined, initial);
  }

  close(): void {
    if (this.persistent) rmSync(this.#lockFile, { force: true });
    else rmSync(this.path, { recursive: true, force: true });
  }

  get #lockFile(): string {
    return join(this.path, 'lock');
  }

  #lock(): void {
    const mine = join(this.path, `lock.${process.pid}`);
    writeFileSync(mine, `${process.pid} ${startOf(process.pid)}`, { mode: 0o600 });
    try {
      while (!linked(mine, this.#lockFile)) {
        const [pid, started] = readFileSync(this.#lockFile, 'utf8').split(' ');
        if (startOf(Number(pid)) === started) {
          throw new LocalStackError(`the data directory ${this.path} is in use by process ${pid}`);
        }
        // Its owner was killed.
        rmSync(this.#lockFile, { force: true });
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }
}

/** Gives a file a second name, unless that name exists: of two that try at the same moment, one succeeds. */
function linked(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** When a process started, which tells it from a later one with the same id; nothing when it is gone. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return isRunning(pid) ? 'running' : undefined;
  try {
    // A process that has been killed may be listed for a while, without its command line.
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '') return undefined;
    // Field 22 of proc_pid_stat(5), counted after the name in parentheses, which may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const WRITTEN_WITHIN_MILLISECONDS = 500;

/** A value that is kept in a file, if there is one, which only its owner can read, and is replaced as a whole. */
export class StoredValue<Value> {
  readonly #file: string | undefined;
  #value: Value;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string | undefined, initial: Value) {
    this.#file = file;
    this.#value = file === undefined ? initial : readStored(file, initial);
  }

  get(): Value {
    return this.#value;
  }

  set(value: Value): void {
    this.#value = value;
    this.#write();
  }

  /** Sets what may be lost when the process is killed: it is in the file within half a second, or after `flush`. */
  setSoon(value: Value): void {
    this.#value = value;
    this.#timer ??= setTimeout(() => this.flush(), WRITTEN_WITHIN_MILLISECONDS).unref();
  }

  /** Writes what has not been written. */
  flush(): void {
    if (this.#timer !== undefined) this.#write();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#file === undefined) return;
    const value = this.#value;
    writeFileSync(`${this.#file}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function readStored<Value>(file: string, initial: Value): Value {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return initial;
    throw new LocalStackError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
