import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Inspector } from './inspector.ts';

/** What a stack takes of the machine, bytes. */
export interface Memory {
  /** What all threads of its process hold after a collection. */
  readonly live: number;
  /** The resident memory of its process, and of its DynamoDB engine. */
  readonly resident: number;
  readonly engine: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTED_WITHIN_LINES = 200;

/** The local stack as `npm start` runs it: a process of its own, into which one can look. */
export class StackProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #inspector: Inspector;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, inspector: Inspector, folder: string) {
    this.url = url;
    this.#child = child;
    this.#inspector = inspector;
    this.#folder = folder;
  }

  /** @param config fields of the configuration, which replace those of `latchkey.config.ts` */
  static async start(config: object): Promise<StackProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-load-'));
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify(config));
    const child = spawn(
      process.execPath,
      ['--inspect=127.0.0.1:0', 'local/start.js', '--port', '0', '--config', file],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const said: string[] = [];
    const first = async (stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> => {
      for await (const line of createInterface({ input: stream })) {
        const [, found] = pattern.exec(line) ?? [];
        if (found !== undefined) return found;
        if (said.push(line) > STARTED_WITHIN_LINES) break;
      }
      throw new Error(`the stack did not start:\n${said.join('\n')}`);
    };
    const [inspector, url] = await Promise.all([
      first(child.stderr, /^Debugger listening on (ws:\S+)/),
      first(child.stdout, /^Ready on (http\S+)/),
    ]);
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    return new StackProcess(url, child, await Inspector.connect(inspector), folder);
  }

  async memory(): Promise<Memory> {
    const live = await this.#inspector.liveBytes();
    const pid = this.#child.pid ?? 0;
    return { live, resident: await residentBytes(pid), engine: await residentBytes(await engineBelow(pid)) };
  }

  async stop(): Promise<void> {
    this.#inspector.close();
    const ended = once(this.#child, 'close');
    this.#child.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The engine's process: between it and the stack is the shell that watches it. */
async function engineBelow(pid: number): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, parent] = await Promise.all([
      readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => ''),
      parentOf(Number(entry)),
    ]);
    if (
      command.includes('dynoxide\0serve') &&
      !command.includes('watchdog') &&
      (await parentOf(parent)) === pid
    )
      return Number(entry);
  }
  throw new Error(`process ${pid} has no engine`);
}

/** Field 4 of proc_pid_stat(5), counted after the name in parentheses; 0 of a process that is gone. */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.split(') ').at(-1)?.split(' ')[1] ?? 0);
}

async function residentBytes(pid: number): Promise<number> {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
