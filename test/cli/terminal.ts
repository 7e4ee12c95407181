import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Io } from '../../clients/cli/io.ts';
import { cli } from '../../clients/cli/main.ts';

/** What came of a command line. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was printed.
  readonly json: any;
}

export interface RunOptions {
  /** What is piped in, or typed at a terminal. */
  readonly input?: string;
  /** Whether stdin, stdout and stderr are a terminal. @default false */
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly io?: Partial<Io>;
  /** Told all that was printed to stderr so far. */
  readonly onStderr?: (text: string) => void;
  readonly onStdout?: (text: string) => void;
}

/** A person's machine: a home of its own, in which command lines are run. */
export class Terminal {
  readonly home = mkdtempSync(join(tmpdir(), 'latchkey-cli-'));
  readonly env: Readonly<Record<string, string | undefined>>;

  /** Without programs on `PATH` there is no keychain and no browser. */
  constructor(env: Readonly<Record<string, string | undefined>> = {}) {
    this.env = { HOME: this.home, USER: 'ada', PATH: join(this.home, 'bin'), ...env };
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const { input = '', isTerminal = false, env = {}, onStderr, onStdout } = options;
    const stdout = collector(isTerminal, onStdout);
    const stderr = collector(isTerminal, onStderr);
    const signal = options.io?.signal ?? new AbortController().signal;
    const io: Io = {
      stdin: Object.assign(Readable.from(input === '' ? [] : [input]), { isTTY: isTerminal }),
      stdout,
      stderr,
      env: { ...this.env, ...env },
      platform: 'linux',
      cwd: this.home,
      signal,
      fetch: (...fetched) => fetch(...fetched),
      now: Date.now,
      sleep: (seconds) => pause(seconds * 1000, undefined, { signal }),
      ...options.io,
    };
    const programs = { ops: { summary: 'For operators' } };
    const code = await cli(args, io, { version: '1.2.3', programs });
    return {
      code,
      stdout: stdout.text(),
      stderr: stderr.text(),
      get json() {
        return JSON.parse(stdout.text());
      },
    };
  }
}

function collector(isTTY: boolean, onText: (text: string) => void = () => {}) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      onText(text);
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: () => text });
}
