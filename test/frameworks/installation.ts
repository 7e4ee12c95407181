/** The frameworks, installed apart from everything else: `package-lock.json` is their lock. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const LOCK = readFileSync(join(HERE, 'package-lock.json'));
/** Installed once for all runs. Ignored by git. */
export const PROJECT = join(
  ROOT,
  '.latchkey',
  `frameworks-${createHash('sha256').update(LOCK).digest('hex').slice(0, 12)}`,
);

/** The modules of the package, as they stand in the repository. */
const ENTRIES = {
  './assertion': 'assertion',
  './verify': 'index',
  './verify/express': 'express',
  './verify/fastify': 'fastify',
  './verify/hono': 'hono',
  './verify/lambda': 'lambda',
  './verify/node': 'node',
};

/** Installs them unless they are there: the global setup of this folder's tests. */
export default function install(): void {
  // Written last: what an interrupted installation left behind is no installation.
  const complete = join(PROJECT, 'complete');
  if (existsSync(complete)) return;
  rmSync(PROJECT, { recursive: true, force: true });
  mkdirSync(PROJECT, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(HERE, file), join(PROJECT, file));
  execFileSync('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: PROJECT,
    stdio: 'inherit',
  });
  const latchkey = join(PROJECT, 'node_modules/latchkey');
  mkdirSync(latchkey);
  symlinkSync(join(ROOT, 'lambdas'), join(latchkey, 'lambdas'));
  const exports = Object.fromEntries(
    Object.entries(ENTRIES).map(([subpath, name]) => [subpath, `./lambdas/verify/${name}.ts`]),
  );
  writeFileSync(
    join(latchkey, 'package.json'),
    JSON.stringify({ name: 'latchkey', type: 'module', exports }),
  );
  writeFileSync(complete, '');
}
