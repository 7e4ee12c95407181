/** Cloud assemblies of configurations: each is synthesized once, however many files and runs want it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AssemblyCache } from '../../local/assembly-cache.ts';
import { ROOMY_ADDRESS_LIMITS } from './address-limits.ts';
import type { SynthAnswer, SynthRequest } from './synthesizer.ts';

/** As `cdk -c name=value` would override it. */
export interface Configuration {
  readonly profile: string;
  /** Fields that replace those of `latchkey.config.ts`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

const ROOT = join(import.meta.dirname, '../..');

const cache = new AssemblyCache({
  root: ROOT,
  // It outlives a run, so that the next one need not synthesize again.
  folder: join(ROOT, '.latchkey/test-assemblies'),
});

/** The folder of a configuration's assembly. */
export function assemblyOf(configuration: Configuration): Promise<string> {
  return cache.assembly(configuration, (outDir) => synthesize(configuration, outDir));
}

let synthesizer: Worker | undefined;
const waiting = new Map<number, PromiseWithResolvers<void>>();
let requests = 0;

/** In a thread that loads CDK once for all files of this process, and not in a process for each as `npm start` does it. */
function synthesize({ profile, config }: Configuration, outDir: string): Promise<void> {
  const context = {
    profile,
    config: { addressLimits: ROOMY_ADDRESS_LIMITS, ...config },
    'latchkey:local': true,
  };
  const done = Promise.withResolvers<void>();
  const request: SynthRequest = { id: (requests += 1), context, outDir };
  waiting.set(request.id, done);
  synthesizer ??= startSynthesizer();
  synthesizer.ref();
  synthesizer.postMessage(request);
  return done.promise;
}

function startSynthesizer(): Worker {
  // CDK's own look at the template warns only, and is a third of a synth: `npm run synth` takes it.
  const env = { ...process.env, CDK_VALIDATION: 'false' };
  const worker = new Worker(new URL('./synthesizer.ts', import.meta.url), { execArgv: [], env });
  worker.on('message', ({ id, error }: SynthAnswer) => {
    if (error === undefined) waiting.get(id)?.resolve();
    else waiting.get(id)?.reject(error);
    waiting.delete(id);
    // It keeps nobody from ending.
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error) => {
    for (const each of waiting.values()) each.reject(error);
  });
  return worker;
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
