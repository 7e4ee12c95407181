import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, EXIT } from './exit-codes.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Windows has no such modes: the profile of its user is readable for them alone. */
const hasModes = process.platform !== 'win32';

/**
 * The JSON of a file that is its owner's alone; undefined where there is none. A file that others may read is made
 * private first. Throws `CliError` for a link, a file of somebody else, and what is no JSON.
 */
export async function readPrivateJson<Content>(path: string): Promise<Content | undefined> {
  const stats = await lstat(path).catch(absent);
  if (stats === undefined) return undefined;
  if (!stats.isFile())
    throw new CliError(EXIT.failed, `${path} is no plain file: remove it, and sign in again.`);
  if (hasModes && stats.uid !== process.getuid?.())
    throw new CliError(EXIT.failed, `${path} belongs to another user: remove it, and sign in again.`);
  if (hasModes && (stats.mode & 0o077) !== 0) await chmod(path, FILE_MODE);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Content;
  } catch (error) {
    // Neither the parser's text nor the file's is shown: there are secrets in it.
    if (error instanceof SyntaxError)
      throw new CliError(EXIT.failed, `${path} is no JSON: remove it, and sign in again.`);
    throw error;
  }
}

export async function writePrivateJson(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  await writePrivately(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Writes a file that its owner alone may read, whole or not at all: nobody sees half of it, also after a crash. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { mode: FILE_MODE, flag: 'wx' });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** For `catch`: undefined where a file is not there. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
