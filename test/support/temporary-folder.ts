import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'latchkey-tests-';

/**
 * Gives all that a run writes beside the repository one folder (`os.tmpdir()` reads the variable), which goes with the run.
 * Each project of the run asks for it again, and has it already.
 */
export default function setup(): (() => void) | undefined {
  if (basename(tmpdir()).startsWith(PREFIX)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
