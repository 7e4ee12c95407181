import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const ROOT = join(import.meta.dirname, '../..');
const RULES = ['.oxlintrc.json', 'package.json', 'tsconfig.json', 'tsconfig.run.json'];

/**
 * A temporary folder with this repository's rules and packages, and no other files than those that are given by path
 * and text: what is forbidden is tried there, and never in the product's own tree. Removed when the test ends.
 */
export function ruleFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const rule of RULES) cpSync(join(ROOT, rule), join(folder, rule));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
