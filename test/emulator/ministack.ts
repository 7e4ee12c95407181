/** A foreign AWS emulator (ministack, from PyPI) that is installed and run for one test run. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Where the emulator is installed, once for all runs of a version. Ignored by git. */
const VENV = join(ROOT, '.latchkey', readFileSync(REQUIREMENTS, 'utf8').trim().replace('==', '-'));
const READY_WITHIN_MILLISECONDS = 60_000;

export interface Emulator {
  /** Every AWS API, told apart by the service that a request is signed for. */
  readonly endpoint: string;
  /** The root of a stage of a REST API. */
  apiUrl(apiId: string, stage: string): string;
  /** What it has printed. */
  log(): string;
  stop(): Promise<void>;
}

/** Installs the emulator with Python's own tools, unless it is there, and starts it on a free port of 127.0.0.1. */
export async function startMinistack(): Promise<Emulator> {
  install();
  const port = await freePort();
  const scratch = mkdtempSync(join(tmpdir(), 'latchkey-emulator-'));
  const logFile = join(scratch, 'ministack.log');
  const output = openSync(logFile, 'w');
  const child = spawn(join(VENV, 'bin/ministack'), [], {
    cwd: scratch,
    stdio: ['ignore', output, output],
    // Only these: a developer's own AWS settings must not reach it, nor it theirs.
    env: {
      HOME: scratch,
      TMPDIR: scratch,
      // It runs functions with the `node` that it finds: the Lambda runtime's, which this process is.
      PATH: [dirname(process.execPath), join(VENV, 'bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      STATE_DIR: join(scratch, 'state'),
      S3_DATA_DIR: join(scratch, 's3'),
      LOG_LEVEL: 'INFO',
    },
    detached: true,
  });
  const kill = () => endGroup(child);
  process.once('exit', kill);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady(endpoint, child, logFile);
  return {
    endpoint,
    apiUrl: (apiId, stage) => `${endpoint}/_aws/execute-api/${apiId}/${stage}`,
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      process.off('exit', kill);
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      endGroup(child);
      await ended;
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Makes a zip of one folder's files: the form in which Lambda takes code. */
export function zipped(folder: string, files: readonly string[]): Buffer {
  const scratch = mkdtempSync(join(tmpdir(), 'latchkey-zip-'));
  try {
    const zip = join(scratch, 'code.zip');
    execFileSync(join(VENV, 'bin/python'), [
      '-m',
      'zipfile',
      '-c',
      zip,
      ...files.map((file) => join(folder, file)),
    ]);
    return readFileSync(zip);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function install(): void {
  if (existsSync(join(VENV, 'bin/ministack'))) return;
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(dirname(VENV), { recursive: true });
  execFileSync('python3', ['-m', 'venv', VENV]);
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  execFileSync(join(VENV, 'bin/pip'), pip, { stdio: 'inherit' });
}

/** The emulator runs functions as processes of its own: its group ends as one. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilReady(endpoint: string, child: ChildProcess, logFile: string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MILLISECONDS;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const ready = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await delay(100);
  }
  endGroup(child);
  throw new Error(`ministack did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
