import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('peers/', import.meta.url));

/** Installs the others that are measured beside us, from a lock file of their own. Whether they are there. */
export async function installPeers(): Promise<boolean> {
  if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return true;
  const installing = promisify(execFile)('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER]);
  return installing.then(() => true).catch(() => false);
}
