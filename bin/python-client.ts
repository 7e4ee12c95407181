import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clientDocument } from '../lib/clients/document.ts';
import { pythonSource } from '../lib/clients/python-source.ts';

/**
 * `npm run docs:python [-- DIR]`: generates the Python client's operations and models into DIR,
 * `clients/python/src/latchkey_client/generated` unless said otherwise. Needs Python 3.11 or later as `python3`; the generator
 * is installed by the lock file `clients/python/requirements-generate.txt`.
 */
const ROOT = join(import.meta.dirname, '..');
const PYTHON = join(ROOT, 'clients/python');
const [target = join(PYTHON, 'src/latchkey_client/generated')] = process.argv.slice(2);

const folder = mkdtempSync(join(tmpdir(), 'latchkey-python-'));
const document = join(folder, 'openapi.json');
writeFileSync(
  document,
  JSON.stringify(clientDocument(JSON.parse(readFileSync(join(ROOT, 'docs/openapi/default.json'), 'utf8')))),
);
const config = join(folder, 'config.json');
writeFileSync(
  config,
  JSON.stringify({ literal_enums: true, docstrings_on_attributes: true, post_hooks: [] }),
);

const output = join(folder, 'generated');
const args = [
  '--path',
  document,
  '--config',
  config,
  '--output-path',
  output,
  '--meta',
  'none',
  '--fail-on-warning',
];
execFileSync(join(generator(), 'bin/openapi-python-client'), ['generate', ...args], {
  stdio: 'inherit',
  // The order of its imports is that of hashes.
  env: { ...process.env, PYTHONHASHSEED: '0' },
});
for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.py')) continue;
  const path = join(output, file);
  writeFileSync(path, pythonSource(file, readFileSync(path, 'utf8')));
}
rmSync(target, { recursive: true, force: true });
cpSync(output, target, {
  recursive: true,
  filter: (path) => !path.includes('__pycache__') && !path.endsWith('.ruff_cache'),
});
rmSync(folder, { recursive: true });

/** The folder of an environment that has the generator, installed once for all runs. */
function generator(): string {
  const requirements = join(PYTHON, 'requirements-generate.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = join(ROOT, '.latchkey', `python-generator-${hash}`);
  // Written last: what an interrupted installation left behind is no installation.
  const complete = join(venv, 'requirements.txt');
  if (existsSync(complete)) return venv;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(dirname(venv), { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv]);
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  execFileSync(join(venv, 'bin/pip'), pip, { stdio: 'inherit' });
  cpSync(requirements, complete);
  return venv;
}
