import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { absent, writePrivately } from './private-file.ts';

/** A file that a key is about to be written to. */
export interface EnvFile {
  /** As it was named. */
  readonly name: string;
  readonly variable: string;
  /** What may leak the key; null for nothing. */
  readonly warning: string | null;
  /** Writes the key. The other lines stay as they are, and the file is its owner's alone from then on. */
  readonly write: (key: string) => Promise<void>;
}

export interface EnvFileOptions {
  /** @default LATCHKEY_API_KEY */
  readonly variable?: string | undefined;
  /** Takes the place of a value that is there. */
  readonly isForced: boolean;
  /** How whoever asks says so. @default --force */
  readonly force?: string;
}

/**
 * Looks at an `.env` file before there is a key for it. Throws `CliError` for a name that is none of a variable, a
 * variable that is there already, and a folder that is not.
 */
export async function openEnvFile(
  name: string,
  { variable = 'LATCHKEY_API_KEY', isForced, force = '--force' }: EnvFileOptions,
  io: Io,
): Promise<EnvFile> {
  if (!/^[A-Za-z_]\w*$/.test(variable)) throw usageError(`${variable} is no name of a variable.`);
  const path = await target(resolve(io.cwd, name));
  if (!isForced && lineOf(await contents(path), variable) !== undefined)
    throw new CliError(EXIT.notFoundOrConflict, `${name} has ${variable} already: ${force} replaces it.`);
  return {
    name,
    variable,
    warning: await exposure(path, name, io),
    write: async (key) => writePrivately(path, withVariable(await contents(path), variable, key)),
  };
}

/** The file itself where the name is a link to it: a link stays one. */
async function target(path: string): Promise<string> {
  const found = await realpath(path).catch(absent);
  if (found === undefined) {
    const folder = await realpath(dirname(path)).catch(absent);
    if (folder === undefined) throw usageError(`There is no folder ${dirname(path)}.`);
    return join(folder, basename(path));
  }
  if (!(await stat(found)).isFile()) throw usageError(`${path} is no file.`);
  return found;
}

const contents = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(absent)) ?? '';

/** The line that sets a variable, as programs that read such files take it. */
function lineOf(content: string, variable: string): string | undefined {
  return new RegExp(`^[ \\t]*(?:export[ \\t]+)?${variable}[ \\t]*=.*$`, 'm').exec(content)?.[0];
}

function withVariable(content: string, variable: string, key: string): string {
  // A key needs no quotation marks; what needs some is no key of ours.
  if (!/^[\w.-]+$/.test(key))
    throw new CliError(EXIT.failed, 'The key has characters that no .env file takes.');
  const line = lineOf(content, variable);
  if (line === undefined) return `${content}${/[^\n]$/.test(content) ? '\n' : ''}${variable}=${key}\n`;
  if (/=[ \t]*(["'`])(?:(?!\1).)*$/.test(line))
    throw new CliError(EXIT.failed, `The value of ${variable} has several lines: remove them first.`);
  const isExported = /^[ \t]*export[ \t]/.test(line);
  return content.replace(line, () => `${isExported ? 'export ' : ''}${variable}=${key}`);
}

/** A warning where git would take the file along. */
async function exposure(path: string, name: string, io: Io): Promise<string | null> {
  const status = await new Promise<number>((done) => {
    const args = ['-C', dirname(path), 'check-ignore', '--quiet', '--', basename(path)];
    // Not with the environment of a hook, which names another repository.
    const { GIT_DIR: _directory, GIT_INDEX_FILE: _index, ...env } = io.env;
    const child = execFile('git', args, { env });
    child.on('error', () => done(127));
    child.on('close', (code) => done(code ?? 1));
  });
  // 128: there is no repository.
  return status === 1 ? `${name} is not ignored by git: add it to .gitignore before you commit.` : null;
}
