/** The services' published clients, installed apart from everything else: `requirements.txt` is their lock. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Installed once for all runs. Ignored by git. */
const VENV = join(
  import.meta.dirname,
  '../../.latchkey',
  `clients-${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)}`,
);
/** `neuroloom-mcp` says so. */
const OLDEST_PYTHON = [3, 12] as const;

/** Installs the clients unless they are there: the global setup of this folder's tests. */
export default function install(): void {
  // Written last: what an interrupted installation left behind is no installation.
  const complete = join(VENV, 'requirements.txt');
  if (existsSync(complete)) return;
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(dirname(VENV), { recursive: true });
  execFileSync(python(), ['-m', 'venv', VENV]);
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  execFileSync(join(VENV, 'bin/pip'), pip, { stdio: 'inherit' });
  cpSync(REQUIREMENTS, complete);
}

/** A Python that is new enough: `PYTHON`, one of the path, or one that pyenv keeps. Throws when there is none. */
function python(): string {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const kept = existsSync(versions) ? readdirSync(versions).sort() : [];
  const candidates = [
    ...(process.env.PYTHON ? [process.env.PYTHON] : []),
    ...['python3', 'python3.12', 'python3.13', 'python3.14'],
    ...kept.map((version) => join(versions, version, 'bin/python3')),
  ];
  const found = candidates.find(isNewEnough);
  if (found !== undefined) return found;
  throw new Error(`The clients need Python ${OLDEST_PYTHON.join('.')} or later: name one in PYTHON.`);
}

function isNewEnough(command: string): boolean {
  try {
    const test = `import sys, venv; sys.exit(sys.version_info < (${OLDEST_PYTHON.join(', ')}))`;
    execFileSync(command, ['-c', test], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a file of `calls/` on a deployment, in a folder of its own that is its home too. Gives what it has seen. Rejects
 * with what it complains of, when it does.
 */
export async function runCalls<Seen>(file: string, given: object): Promise<Seen> {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-client-'));
  const child = spawn(join(VENV, 'bin/python'), [join(import.meta.dirname, 'calls', file)], {
    cwd: home,
    // Nothing of this machine's settings: a key of somebody's own, or a proxy.
    env: { PATH: process.env.PATH, HOME: home, PYTHONDONTWRITEBYTECODE: '1' },
  });
  child.stdin.end(JSON.stringify(given));
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  rmSync(home, { recursive: true });
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${complaint}`);
  return JSON.parse(output);
}
