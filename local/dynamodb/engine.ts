import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError } from '../failure.ts';

/**
 * Runs the engine so that it cannot outlive this process, even one that is killed with SIGKILL: the shell holds the
 * other end of a pipe, and ends the engine when the pipe closes. Its files are for their owner alone.
 */
const WATCHDOG = `
umask 077
exec 3<&0
"$@" </dev/null 3<&- &
engine=$!
echo "$engine"
{ read -r _ <&3; kill "$engine" 2>/dev/null; } &
watcher=$!
exec 3<&-
wait "$engine"
kill "$watcher" 2>/dev/null
`;

const READY_WITHIN_MILLISECONDS = 60_000;

/** Below the ports that the system gives to others (ip_local_port_range, from 32768): none takes it before the engine does. */
const PORTS = { first: 20_000, count: 12_000 };

/** A running DynamoDB engine. */
export interface Engine {
  readonly endpoint: string;
  /** Resolves when the engine ends, asked or not. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts the engine that the repository brings, on a free port of 127.0.0.1.
 * @param dataDirectory where tables are kept; without one they are in memory, and tables with streams slow down
 */
export async function startEngine(dataDirectory?: string): Promise<Engine> {
  const pidFile = dataDirectory === undefined ? undefined : join(dataDirectory, 'engine.pid');
  if (pidFile !== undefined) await endOrphan(pidFile);
  const port = await freePort();
  const database = dataDirectory === undefined ? undefined : join(dataDirectory, 'dynamodb.sqlite');
  const command = [engineBinary(), 'serve', '--host', '127.0.0.1', '-p', String(port)];
  if (database !== undefined) command.push('--db-path', database);
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own: Ctrl-C in a terminal must end the functions before the engine that they write to.
    detached: true,
  });
  const pid = await firstLine(child);
  if (pidFile !== undefined) writeFileSync(pidFile, pid, { mode: 0o600 });
  const endpoint = `http://127.0.0.1:${port}`;
  const ended = once(child, 'exit');
  await untilReady(endpoint, child);
  if (database !== undefined) indexStreams(database);
  return {
    endpoint,
    ended,
    async stop() {
      child.stdin?.end();
      const inTime = await Promise.race([ended.then(() => true), delay(3_000, false, { ref: false })]);
      if (!inTime) endProcess(Number(pid), 'SIGKILL');
      if (pidFile !== undefined) rmSync(pidFile, { force: true });
    },
  };
}

function engineBinary(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`);
    return join(manifest, '..', 'dynoxide');
  } catch {
    throw new LocalStackError(
      `there is no bundled DynamoDB engine for ${platform}: set DYNAMODB_ENDPOINT to one, such as DynamoDB Local`,
    );
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the watchdog has no output');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])]);
  return String(line);
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MILLISECONDS;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(10);
  }
  child.stdin?.end();
  throw new LocalStackError('the DynamoDB engine did not start');
}

/**
 * The engine numbers each record of a stream by looking at all that there are, so that a write would cost the more the
 * more had been written. With this index it looks at one.
 */
function indexStreams(database: string): void {
  const connection = new DatabaseSync(database, { timeout: READY_WITHIN_MILLISECONDS });
  connection.exec(
    'CREATE INDEX IF NOT EXISTS stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
  );
  connection.close();
}

/** An engine of a run that was killed may still be there; two must not write to one file. */
async function endOrphan(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (isEngine(pid)) endProcess(pid, 'SIGTERM');
  for (let waited = 0; waited < 3_000 && isEngine(pid); waited += 20) await delay(20);
  if (isEngine(pid)) endProcess(pid, 'SIGKILL');
}

/** Process ids are used again: one is ours only while it runs the engine's binary. */
function isEngine(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dynoxide\0serve');
  } catch {
    return false;
  }
}

function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
