/** The examples, as apps of a project that has the package. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appCopy, type Installation } from './installation.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** A copy of an example in the project. */
export function example(installation: Installation, name: string): string {
  return appCopy(installation, join(EXAMPLES, name));
}

/** The same with limits that a test can use up, and API Gateway as the doctor may find it: a plan of zero throttles. */
export function exampleWithLimit(installation: Installation, name: string): string {
  const folder = example(installation, name);
  const file = join(folder, 'app.js');
  const source = readFileSync(file, 'utf8');
  const tier =
    '{ rate: 50, burst: 500, monthlyQuota: null, keyRequestsPerMinute: 5, sessionRequestsPerMinute: 100, keys: 10 }';
  const limits = `tiers: { free: ${tier} }, gatewayFacts: { zeroPlanThrottles: true },`;
  const changed = source.replace('profile: profiles.default', `${limits} profile: profiles.default`);
  if (changed === source) throw new Error(`${name} names no profile`);
  writeFileSync(file, changed);
  return folder;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a template holds.
type Template = any;

/** What the CDK's own command line makes of an app. Throws with what it complains of. */
export function cdkSynth(folder: string): readonly Template[] {
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: '1' };
  execFileSync('npx', ['--no-install', 'cdk', 'synth', '--quiet'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return templatesIn(join(folder, 'cdk.out'));
}

/** What the app itself writes, by whatever Node.js, as its command line would have it. */
export function synthesize(folder: string, node = process.execPath): readonly Template[] {
  const outdir = mkdtempSync(join(tmpdir(), 'latchkey-synth-'));
  try {
    const env = { ...process.env, CDK_OUTDIR: outdir };
    execFileSync(node, ['app.js'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    return templatesIn(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function templatesIn(assembly: string): readonly Template[] {
  return readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => JSON.parse(readFileSync(join(assembly, file), 'utf8')));
}
