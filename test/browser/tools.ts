/** What drives a browser has a lock file of its own: nothing else in the repository needs it. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import installToolchain, { installLocked } from '../../toolchain/install.ts';

const FOLDER = import.meta.dirname;
/** What Debian, Fedora and Google call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Installs the tools unless they are there, and looks for a browser: the global setup of this folder's tests. */
export default function install(): void {
  installLocked(FOLDER);
  // The compiler, which reads the types of these tools here alone.
  installToolchain();
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
