/**
 * A published page as a test suite: its commands are taken from its text and run with the real `curl`, its promises are
 * tests named after their sentences, and every word of it must be accounted for.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { TestStack } from '../support/stack.ts';

/** What a page speaks of that is not there yet, and what will bring it. Nothing else may be left out. */
export const NOT_THERE_YET = {
  dashboard: 'the dashboards',
  oauth: 'OAuth with PKCE',
} as const;

export interface CurlResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
  readonly body: any;
}

/** What stands in for the reader: placeholders of the page, and with a leading `$` variables of the shell. */
export type Values = Readonly<Record<string, string>>;
export type Run = (values?: Values) => Promise<CurlResponse>;

/** Options of curl's that a reader has in `.curlrc`: the commands stay as they are printed. */
const CURLRC = [
  'silent',
  'show-error',
  'include',
  'max-time = 20',
  // Of the two addresses of `localhost` the one that tests name.
  'ipv4',
  // What was asked, so that the answer can be judged by it.
  'write-out = "\\n%{method} %{url}"',
  '',
].join('\n');

export class Page {
  readonly #name: string;
  readonly #host: string;
  readonly #stack: () => TestStack;
  /** The page's commands, each once, as they are printed. */
  readonly #commands: readonly string[];
  /** The rest of its text, every run of blanks as one. */
  readonly #prose: string;
  readonly #accounted: Uint8Array;
  readonly #run = new Set<string>();
  readonly #home = mkdtempSync(join(tmpdir(), 'latchkey-curl-'));

  /** @param host as the page's commands write it, without a slash at the end */
  constructor(name: string, host: string, stack: () => TestStack) {
    const text = readFileSync(new URL(`pages/${name}.txt`, import.meta.url), 'utf8');
    const { commands, prose } = takeCommands(text);
    this.#name = name;
    this.#host = host;
    this.#stack = stack;
    this.#commands = [...new Set(commands)];
    // Of a block of code that held commands only, nothing is left to account for.
    this.#prose = oneLine(prose.replace(/```\w+\s+```/g, ''));
    this.#accounted = new Uint8Array(this.#prose.length);
    writeFileSync(join(this.#home, '.curlrc'), CURLRC);
    afterAll(() => rmSync(this.#home, { recursive: true, force: true }));
  }

  /** A command of the page as a test: the one that matches, blanks as one. */
  command(pattern: RegExp, check: (run: Run) => Promise<void>): void {
    const printed = this.#command(pattern);
    test(`$ ${oneLine(printed)}`, () => check((values) => this.#curl(printed, values)));
  }

  /** Runs a command of the page, as a step of something else. */
  run(pattern: RegExp, values?: Values): Promise<CurlResponse> {
    return this.#curl(this.#command(pattern), values);
  }

  /** A sentence of the page, or several that promise one thing together, as a test of that name. */
  promise(sentence: string, check: () => Promise<void>): void {
    this.#account(sentence);
    test(sentence, check);
  }

  /** What the page says, from one phrase through another, of something on the list of what is not there yet. */
  notYet(_what: keyof typeof NOT_THERE_YET, from: string, through = from): void {
    this.aside(from, through);
  }

  /** Text that promises nothing on the wire, from one phrase through another. */
  aside(from: string, through = from): void {
    const start = this.#find(from);
    const last = this.#prose.indexOf(through, start);
    if (last < 0) throw new Error(`After "${from}" the page ${this.#name} does not say: ${through}`);
    this.#accounted.fill(1, start, last + through.length);
  }

  /** Must come last: fails when a command was not run, or a word is in no promise, no aside and not on the list. */
  allIsAccountedFor(): void {
    describe('the page as a whole', () => {
      test('every command of it is run', () => {
        expect(this.#commands.filter((printed) => !this.#run.has(printed))).toEqual([]);
      });
      test('every sentence of it is shown, or named as not there yet', () => {
        const left = [...this.#prose]
          .map((letter, at) => (this.#accounted[at] === 1 ? '\n' : letter))
          .join('');
        expect(
          left
            .split('\n')
            .map((part) => part.trim())
            .filter((part) => /\w/.test(part)),
        ).toEqual([]);
      });
    });
  }

  #command(pattern: RegExp): string {
    const found = this.#commands.filter((printed) => pattern.test(oneLine(printed)));
    const [printed] = found;
    if (printed === undefined || found.length > 1) {
      throw new Error(`The page ${this.#name} has ${found.length} commands that match ${pattern}.`);
    }
    this.#run.add(printed);
    return printed;
  }

  /** Runs a command as it is printed but for the host and the placeholders. */
  async #curl(printed: string, values: Values = {}): Promise<CurlResponse> {
    const variables = Object.entries(values).filter(([name]) => name.startsWith('$'));
    const placeholders = Object.entries(values).filter(([name]) => !name.startsWith('$'));
    const script = [[this.#host, this.#stack().url] as const, ...placeholders].reduce(
      (text, [placeholder, value]) => {
        if (!text.includes(placeholder)) throw new Error(`The command has no ${placeholder}: ${text}`);
        return text.replaceAll(placeholder, value);
      },
      printed,
    );
    const env = { PATH: process.env.PATH, CURL_HOME: this.#home };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      env: { ...env, ...Object.fromEntries(variables.map(([name, value]) => [name.slice(1), value])) },
    });
    const end = stdout.lastIndexOf('\n');
    const response = parseResponse(stdout.slice(0, end));
    const [method = '', url = ''] = stdout.slice(end + 1).split(' ', 2);
    this.#stack().requireDocumented(`${method} ${url.slice(this.#stack().url.length)}`, response);
    return response;
  }

  #account(sentence: string): void {
    const at = this.#find(sentence);
    this.#accounted.fill(1, at, at + sentence.length);
  }

  /** The first place of a phrase that is not accounted for yet. */
  #find(phrase: string): number {
    for (let at = this.#prose.indexOf(phrase); at >= 0; at = this.#prose.indexOf(phrase, at + 1)) {
      if (!this.#accounted.subarray(at, at + phrase.length).includes(1)) return at;
    }
    throw new Error(`The page ${this.#name} does not say: ${phrase}`);
  }
}

/** A command begins on a line with `curl` and ends with the line that neither a backslash nor a quote carries on. */
function takeCommands(text: string): { commands: string[]; prose: string } {
  const commands: string[] = [];
  const prose: string[] = [];
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (!/^curl (?:-|https?:)/.test(line)) {
      prose.push(line);
      continue;
    }
    let command = line;
    while ((isQuoted(command) || command.endsWith('\\')) && lines.length > 0) command += `\n${lines.shift()}`;
    // A page may run a command's last line and the sentence after it together: a letter follows the closing quote.
    const [whole, ended = ''] =
      /^(?:'[^']*'|"[^"]*"|[^'"])*?(?:'[^']*'|"[^"]*")(?=[A-Za-z][^'"]*$)/.exec(command) ?? [];
    commands.push(whole ?? command);
    prose.push(whole === undefined ? ended : command.slice(whole.length));
  }
  return { commands, prose: prose.join('\n') };
}

function isQuoted(text: string): boolean {
  return /['"]/.test(text.replace(/'[^']*'|"[^"]*"/g, ''));
}

function oneLine(text: string): string {
  return text.replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
}

function parseResponse(stdout: string): CurlResponse {
  const end = stdout.indexOf('\r\n\r\n');
  const [status = '', ...headers] = stdout.slice(0, end).split('\r\n');
  const text = stdout.slice(end + 4);
  return {
    status: Number(status.split(' ')[1]),
    headers: Object.fromEntries(
      headers.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
    text,
    get body() {
      return JSON.parse(text);
    },
  };
}
