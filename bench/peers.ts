import { join } from 'node:path';
import { installLocked } from '../toolchain/install.ts';

/** Installs the others that are measured beside us, from a lock file of their own. Whether they are there. */
export function installPeers(): boolean {
  try {
    installLocked(join(import.meta.dirname, 'peers'));
    return true;
  } catch {
    return false;
  }
}
