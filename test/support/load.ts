/**
 * Load from a process of its own: calls a path with each of several credentials in turn, over kept connections, until
 * its input ends. Then it prints what came, as JSON. Started by `startLoad`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface LoadOptions {
  readonly url: string;
  /** Headers of each credential. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  /** Calls at the same time. */
  readonly concurrency: number;
  /** The most calls a second, all together. Load that takes all that a machine has says how fast it is, not what fails. */
  readonly callsPerSecond: number;
}

export interface LoadResult {
  /** How many answers had which status, or none at all (`failed`). */
  readonly statuses: Readonly<Record<string, number>>;
  readonly total: number;
}

/** A load that runs. */
export interface Load {
  /** Ends it, unless it has ended, and gives what came. */
  stop(): Promise<LoadResult>;
}

/** Starts the load. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const output: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  // It says when its first call has been answered.
  while (output.length === 0) await once(child.stdout ?? child, 'data');
  const closed = once(child, 'close');
  return {
    async stop() {
      child.stdin?.end();
      await closed;
      return JSON.parse(output.join('').replace(/^started\n/, '')) as LoadResult;
    },
  };
}

async function main({ url, callers, concurrency, callsPerSecond }: LoadOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const statuses: Record<string, number> = {};
  let total = 0;
  let isOver = false;
  process.stdin.on('end', () => {
    isOver = true;
  });
  process.stdin.resume();
  const call = (headers: Readonly<Record<string, string>>) =>
    new Promise<string>((resolve) => {
      const outgoing = request(url, { agent, headers }, (incoming) => {
        incoming.resume();
        incoming.on('end', () => resolve(String(incoming.statusCode)));
        incoming.on('error', () => resolve('failed'));
      });
      outgoing.on('error', () => resolve('failed'));
      outgoing.end();
    });
  const work = async (first: number) => {
    for (let index = first; !isOver; index += 1) {
      const turn = sleep((1000 * concurrency) / callsPerSecond);
      const status = await call(callers[index % callers.length] ?? {});
      statuses[status] = (statuses[status] ?? 0) + 1;
      total += 1;
      if (total === 1) process.stdout.write('started\n');
      await turn;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => work(index)));
  agent.destroy();
  process.stdout.write(JSON.stringify({ statuses, total }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(JSON.parse(process.argv[2] ?? '{}'));
