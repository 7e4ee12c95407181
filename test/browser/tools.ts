/** What drives a browser has a lock file of its own: nothing else in the repository needs it. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const FOLDER = import.meta.dirname;
const LOCK = join(FOLDER, 'package-lock.json');
/** What Debian, Fedora and Google call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Installs the tools unless they are there, and looks for a browser: the global setup of this folder's tests. */
export default function install(): void {
  const installed = statSync(join(FOLDER, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  if (installed === undefined || installed.mtimeMs < statSync(LOCK).mtimeMs)
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'inherit' });
  chromium();
}

/** The browser's program: `CHROMIUM` of the environment, or the first on the path. Throws when there is none. */
export function chromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    ...(process.env.CHROMIUM ? [process.env.CHROMIUM] : []),
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    'There is no Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM.',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The script of axe, which finds what keeps people from using a page. */
export const axeScript = (): string => readFileSync(join(FOLDER, 'node_modules/axe-core/axe.min.js'), 'utf8');
