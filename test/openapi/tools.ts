/** Tools that judge OpenAPI documents. They have lock files of their own: nothing else in the repository needs them. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import installToolchain, { installLocked } from '../../toolchain/install.ts';

const FOLDER = import.meta.dirname;
const MODULES = join(FOLDER, 'node_modules');
const REQUIREMENTS = join(FOLDER, 'requirements.txt');
/** Where the Python tool is installed, once for all runs. Ignored by git. */
const VENV = join(
  FOLDER,
  '../../.latchkey',
  `schemathesis-${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)}`,
);

type Tool = 'redocly' | 'spectral' | 'openapi-ts' | 'tsc' | 'schemathesis';

/** What a tool says: its exit code, and everything that it has printed. */
export interface Verdict {
  readonly code: number | null;
  readonly output: string;
}

/** Installs the tools unless they are there: the global setup of this folder's tests. */
export default function install(): void {
  installLocked(FOLDER);
  installToolchain();
  installSchemathesis();
}

function installSchemathesis(): void {
  // Written last: what an interrupted installation left behind is no installation.
  const complete = join(VENV, 'requirements.txt');
  if (existsSync(complete)) return;
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(dirname(VENV), { recursive: true });
  execFileSync('python3', ['-m', 'venv', VENV]);
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  execFileSync(join(VENV, 'bin/pip'), pip, { stdio: 'inherit' });
  cpSync(REQUIREMENTS, complete);
}

/** Runs a tool in a folder. Rejects only when it cannot be started. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const [command, first] =
    tool === 'schemathesis'
      ? [join(VENV, 'bin/schemathesis'), []]
      : [process.execPath, [join(MODULES, '.bin', tool)]];
  const child = spawn(command, [...first, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...variables,
      NO_COLOR: '1',
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
