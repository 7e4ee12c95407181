#!/usr/bin/env node
/** The command `latchkey`. What only one command needs is loaded for that command. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../clients/cli/exit-codes.ts';
import type { Io } from '../clients/cli/io.ts';
import { inApp } from '../ops/surroundings.ts';

/** What has arguments and help of its own, and is called by its first word. */
interface Program {
  readonly summary: string;
  /** Sets `process.exitCode` where it fails. */
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** The words by which this command was called: npm tells its children. */
function calledAs(): string {
  const { npm_command: command, npm_lifecycle_event: script } = process.env;
  if (command === 'exec') return 'npx latchkey';
  return command === 'run-script' && script === 'latchkey' ? 'npm run latchkey --' : 'latchkey';
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  dev: { summary: 'Run your CDK app on this machine, with your functions behind the door', run: runDev },
  init: {
    summary: 'Write a small CDK app with a test',
    run: async (args) => {
      const { init } = await import('./init.ts');
      const { stdin, stdout, stderr } = process;
      process.exitCode = await init(args, { stdin, stdout, stderr, cwd: process.cwd() });
    },
  },
  ops: {
    summary: 'For operators: tenants, keys, signing keys and backups of a stack',
    run: async (args) => {
      const { ops } = await import('../ops/program.ts');
      await ops(args, inApp(calledAs()));
    },
  },
  doctor: {
    summary: 'For operators: try a deployment, and say what is wrong with it',
    run: async (args) => {
      const { doctor } = await import('../doctor/program.ts');
      await doctor(args, inApp(calledAs()));
    },
  },
};

/** The functions run on the Lambda runtime's Node.js, whose crypto has Argon2 from 24.7. */
async function runDev(args: readonly string[]): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 24 || (major === 24 && minor < 7)) {
    console.error(
      `latchkey dev needs Node.js 24.7 or later, which the functions run on, and this is ${process.version}: install it, or run npx --package node@24 -- latchkey dev`,
    );
    process.exitCode = EXIT.failed;
    return;
  }
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // A second Ctrl-C does not wait for the first.
      if (stopped.signal.aborted) process.exit(EXIT.interrupted);
      stopped.abort();
    });
  const { dev } = await import('../local/dev.ts');
  const { stdout, stderr, env } = process;
  process.exitCode = await dev(args, { stdout, stderr, env, cwd: process.cwd(), signal: stopped.signal });
}

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
