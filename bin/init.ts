import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SCOPE_NAME } from '../lambdas/contract/scopes.ts';
import { profiles } from '../profiles/index.ts';
import { type AppChoice, appFiles } from './init-app.ts';

export const INIT_USAGE =
  'usage: latchkey init [DIR] [--profile NAME] [--upstream URL] [--scopes A,B] [--yes]';

/** The text of `latchkey init --help`. */
const HELP = `${INIT_USAGE}

Writes a small CDK app with Latchkey and one test into DIR, which must be empty; without it, into this directory.
Asks for what no option says.

  --profile NAME   the contract: paths, key format and errors
  --upstream URL   the API behind the door; "none" for an echo of what it would be sent
  --scopes A,B     what keys may be allowed to do, the smallest first; "none" for those of the profile
  --yes            takes the defaults for what no option says, and asks nothing`;

/** What `latchkey init` has of the machine. */
export interface InitIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
}

/** What cannot be done as it was asked; the message says what to do instead. */
class InitError extends Error {}

/** Ctrl-C, Ctrl-D or the end of the input, before all was answered. */
class Interrupted extends Error {}

interface Question {
  readonly option: 'profile' | 'upstream' | 'scopes';
  readonly text: string;
  readonly byDefault: string;
  /** Throws an `InitError`. */
  check(answer: string): void;
}

/** Runs `latchkey init`. Gives the exit code: 0, 1 for what cannot be done, 2 for a wrong command line, 130 for Ctrl-C. */
export async function init(args: readonly string[], io: InitIo): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      io.stdout.write(`${HELP}\n`);
      return 0;
    }
    const folder = resolve(io.cwd, positionals[0] ?? '.');
    requireEmpty(folder);
    const name = appName(folder);
    const answers = await ask(QUESTIONS, values, io);
    const choice: AppChoice = {
      name,
      profile: answers.profile,
      upstream: answers.upstream === 'none' ? null : answers.upstream,
      scopes: answers.scopes === 'none' ? null : scopeNames(answers.scopes),
    };
    write(folder, appFiles(choice, versions()));
    const place = relative(io.cwd, folder);
    io.stdout.write(`\nWritten: ${place || '.'}. Next:\n\n`);
    if (place !== '') io.stdout.write(`  cd ${place}\n`);
    io.stdout.write('  npm install && npx latchkey dev\n  npm test\n');
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      io.stderr.write('\nNothing was written.\n');
      return 130;
    }
    if (!(error instanceof InitError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return error.message.endsWith(INIT_USAGE) ? 2 : 1;
  }
}

function parse(args: readonly string[]) {
  const options = {
    profile: { type: 'string' },
    upstream: { type: 'string' },
    scopes: { type: 'string' },
    yes: { type: 'boolean', short: 'y' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    if (parsed.positionals.length > 1) throw new Error('there is more than one directory');
    return parsed;
  } catch (error) {
    throw new InitError(`${(error as Error).message.split('. ')[0]}; ${INIT_USAGE}`);
  }
}

/** Nothing is overwritten, and nothing of somebody else's becomes part of the app. A new repository is as good as empty. */
function requireEmpty(folder: string): void {
  let files: string[] = [];
  try {
    files = readdirSync(folder).filter((name) => name !== '.git');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw new InitError(`${folder} is a file; name a new directory`);
    if (code !== 'ENOENT') throw error;
  }
  if (files.length > 0)
    throw new InitError(
      `${folder} is not empty (${files.slice(0, 3).join(', ')}); name a new directory, or add Latchkey to the app that is there (docs/add-to-your-app.md)`,
    );
}

/** The directory's name: that of the package and of the stack. */
function appName(folder: string): string {
  const name = basename(folder);
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new InitError(
    `"${name}" cannot be the name of an app; name a directory with small letters, digits and -, a letter first, such as my-api`,
  );
}

const PROFILES = Object.keys(profiles);

const QUESTIONS: readonly Question[] = [
  {
    option: 'profile',
    text: `Which contract? (${PROFILES.join(', ')})`,
    byDefault: 'default',
    check(answer) {
      if (PROFILES.includes(answer)) return;
      throw new InitError(`--profile: there is no profile "${answer}"; known are ${PROFILES.join(', ')}`);
    },
  },
  {
    option: 'upstream',
    text: 'The URL of your API? ("none" for an echo of what it would be sent)',
    byDefault: 'none',
    check(answer) {
      const url = URL.canParse(answer) ? new URL(answer) : null;
      const isHere = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
      const isTaken = url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere);
      if (answer === 'none' || isTaken) return;
      throw new InitError(
        `--upstream: "${answer}" must be an https:// URL (http:// only to localhost or 127.0.0.1), or none`,
      );
    },
  },
  {
    option: 'scopes',
    text: 'What may keys be allowed to do, the smallest first? (such as read,write; "none" for the contract\'s)',
    byDefault: 'none',
    check(answer) {
      if (answer === 'none') return;
      const names = scopeNames(answer);
      for (const name of names)
        if (!SCOPE_NAME.test(name) || name === '__proto__')
          throw new InitError(
            `--scopes: "${name}" cannot be a scope: 1 to 64 printable characters of ASCII without blanks, such as documents:read`,
          );
      if (new Set(names).size < names.length)
        throw new InitError('--scopes: a scope is named twice; name each once');
      if (names.includes('manage'))
        throw new InitError(
          '--scopes: "manage" is the scope that manages keys and people, which is always there; take it out',
        );
    },
  },
];

function scopeNames(answer: string): readonly string[] {
  return answer.split(',').map((name) => name.trim());
}

type Answers = Record<Question['option'], string>;

async function ask(
  all: readonly Question[],
  given: Partial<Answers> & { readonly yes?: boolean },
  io: InitIo,
): Promise<Answers> {
  // What an option says wrong is told before anything is asked.
  for (const { option, check } of all) {
    const answer = given[option];
    if (answer !== undefined) check(answer);
  }
  const open = given.yes === true ? [] : all.filter(({ option }) => given[option] === undefined);
  if (open.length > 0 && io.stdin.isTTY !== true)
    throw new InitError(
      `there is nobody to ask for ${open.map(({ option }) => `--${option}`).join(', ')}; say them, or --yes for the defaults; ${INIT_USAGE}`,
    );
  const asked = open.length === 0 ? {} : await askAll(open, io);
  const defaults = Object.fromEntries(all.map(({ option, byDefault }) => [option, byDefault]));
  return { ...defaults, ...asked, ...given } as Answers;
}

async function askAll(open: readonly Question[], io: InitIo): Promise<Partial<Answers>> {
  const terminal = createInterface({ input: io.stdin, output: io.stdout });
  // A question is not answered, and in Node.js 20 not rejected either, when the terminal is closed.
  const closed = new AbortController();
  terminal.on('SIGINT', () => terminal.close()).on('close', () => closed.abort());
  const questionAt = (text: string): Promise<string> =>
    terminal.question(text, { signal: closed.signal }).catch((cause: unknown) => {
      throw closed.signal.aborted ? new Interrupted() : cause;
    });
  const answers: Partial<Answers> = {};
  try {
    for (const question of open) {
      for (;;) {
        const said = (await questionAt(`${question.text} [${question.byDefault}] `)).trim();
        const answer = said || question.byDefault;
        try {
          question.check(answer);
          answers[question.option] = answer;
          break;
        } catch (error) {
          if (!(error instanceof InitError)) throw error;
          io.stderr.write(`${error.message}\n`);
        }
      }
    }
  } finally {
    terminal.close();
  }
  return answers;
}

/** What the app takes of each package: what is compatible with the version that the manifest here has of it. */
function versions(): Readonly<Record<string, string>> {
  const file = fileURLToPath(new URL('../package.json', import.meta.url));
  const { version, devDependencies, dependencies, peerDependencies } = JSON.parse(readFileSync(file, 'utf8'));
  const all = { ...devDependencies, ...dependencies, ...peerDependencies, latchkey: version };
  return Object.fromEntries(
    Object.entries<string>(all).map(([name, range]) => [name, `^${range.replace(/^\^/, '')}`]),
  );
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, contents] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    // Never over a file that has come meanwhile.
    writeFileSync(file, contents, { flag: 'wx' });
  }
}
