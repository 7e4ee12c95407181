/** Cloud assemblies of configurations: each is synthesized once, however many files and runs want it. */
import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesize } from '../../local/synth.ts';
import { ROOMY_ADDRESS_LIMITS } from './address-limits.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The assemblies' folder. It outlives a run, so that the next one need not synthesize again. */
const CACHE = join(tmpdir(), `latchkey-assemblies-${userInfo().username}`);
/** All that an assembly is made from. */
const SOURCES = [
  '{bin,lib,lambdas,profiles}/**/*.ts',
  'console/**/*.*',
  'latchkey.config.ts',
  'cdk.json',
  'package-lock.json',
];
const FORGOTTEN_AFTER_MILLISECONDS = 3_600_000;

/** As `cdk -c name=value` would override it. */
export interface Configuration {
  readonly profile: string;
  /** Fields that replace those of `latchkey.config.ts`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The folder of a configuration's assembly. */
export async function assemblyOf(configuration: Configuration): Promise<string> {
  const folder = join(CACHE, digest(configuration));
  claimCache();
  if (existsSync(folder)) return folder;
  forgetOld();
  // Files run at the same time: the first one synthesizes, and the others wait for it.
  const lock = `${folder}.lock`;
  while (!takeLock(lock)) {
    await sleep(100);
    if (existsSync(folder)) return folder;
  }
  try {
    return existsSync(folder) ? folder : await synthesizeTo(folder, configuration);
  } finally {
    rmSync(lock, { force: true });
  }
}

async function synthesizeTo(folder: string, { profile, config }: Configuration): Promise<string> {
  const unfinished = join(CACHE, `unfinished-${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  const context = { config: { addressLimits: ROOMY_ADDRESS_LIMITS, ...config } };
  await synthesize({ profile, outDir: unfinished, context });
  renameSync(unfinished, folder);
  return folder;
}

/** Whether this process has the lock now: nobody had it, or whoever had it has ended without giving it back. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(readLock(lock))) rmSync(lock, { force: true });
    return false;
  }
}

/** The id of the process that has the lock; 0 when it was given back, or is being taken, meanwhile. */
function readLock(lock: string): number {
  return existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
}

function isRunning(pid: number): boolean {
  if (pid === 0) return true;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function digest(configuration: Configuration): string {
  const hash = createHash('sha256').update(ROOT).update(JSON.stringify(configuration));
  for (const file of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

/** Makes the folder for this user alone, and refuses one that somebody else made: code is run from there. */
function claimCache(): void {
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  if (lstatSync(CACHE).uid !== userInfo().uid) throw new Error(`${CACHE} belongs to somebody else`);
}

function forgetOld(): void {
  for (const name of readdirSync(CACHE)) {
    const age = Date.now() - (statSync(join(CACHE, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > FORGOTTEN_AFTER_MILLISECONDS) rmSync(join(CACHE, name), { recursive: true, force: true });
  }
}

export type AnyTemplate = {
  // biome-ignore lint/suspicious/noExplicitAny: a template, as CloudFormation takes it.
  Resources: Record<string, { Type: string; Properties: any; DependsOn?: string | string[] }>;
};

/** A copy of an assembly whose template was edited: a deployment that is broken on purpose. The caller removes it. */
export async function editedAssembly(
  configuration: Configuration,
  edit: (template: AnyTemplate) => void,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-edited-'));
  cpSync(await assemblyOf(configuration), folder, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.template.json'))) {
    const file = join(folder, name);
    const template: AnyTemplate = JSON.parse(readFileSync(file, 'utf8'));
    edit(template);
    writeFileSync(file, JSON.stringify(template));
  }
  return folder;
}
