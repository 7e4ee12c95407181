#!/usr/bin/env node
/** The command `latchkey`. What only one command needs is loaded for that command. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../clients/cli/exit-codes.ts';
import type { Io } from '../clients/cli/io.ts';

/** What has arguments and help of its own, and lives outside of the customers' commands. */
interface Program {
  readonly summary: string;
  /** Sets `process.exitCode` where it fails. */
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** A program that reads its arguments from the process, and begins when it is loaded. */
function loaded(path: string, summary: string): Program {
  return {
    summary,
    run: async (args) => {
      const file = fileURLToPath(new URL(path, import.meta.url));
      process.argv = [process.argv[0] ?? '', file, ...args];
      await import(new URL(path, import.meta.url).href);
    },
  };
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  ops: loaded('../ops/main.ts', 'For operators: tenants, keys, signing keys and backups of a stack'),
  doctor: loaded('../doctor/main.ts', 'For operators: try a deployment, and say what is wrong with it'),
  dev: loaded('../local/dev-command.ts', 'Run a CDK app of your own on this machine, behind its Latchkey'),
};

const [first = '', ...rest] = process.argv.slice(2);
const program = Object.hasOwn(PROGRAMS, first) ? PROGRAMS[first] : undefined;
await (program === undefined ? customers() : program.run(rest));

/** Runs a command of a deployment's customers. */
async function customers(): Promise<void> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort(new Error('interrupted'));
    // A second one ends the process, and so does a server that takes its time.
    setTimeout(() => process.exit(EXIT.interrupted), 2000).unref();
  });
  // Whoever reads has gone: `latchkey audit | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    signal: interrupt.signal,
    fetch: (...args) => fetch(...args),
    now: Date.now,
    sleep: (seconds) => pause(seconds * 1000, undefined, { signal: interrupt.signal }),
  };
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const { cli } = await import('../clients/cli/main.ts');
  process.exitCode = await cli(process.argv.slice(2), io, { version, programs: PROGRAMS });
}
