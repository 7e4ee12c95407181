/** Cloud assemblies of configurations: each is synthesized once, however many files and runs want it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { AssemblyCache } from '../../local/assembly-cache.ts';
import { synthesize } from '../../local/synth.ts';
import { ROOMY_ADDRESS_LIMITS } from './address-limits.ts';

/** As `cdk -c name=value` would override it. */
export interface Configuration {
  readonly profile: string;
  /** Fields that replace those of `latchkey.config.ts`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

const cache = new AssemblyCache({
  root: join(import.meta.dirname, '../..'),
  // It outlives a run, so that the next one need not synthesize again.
  folder: join(tmpdir(), `latchkey-assemblies-${userInfo().username}`),
});

/** The folder of a configuration's assembly. */
export function assemblyOf(configuration: Configuration): Promise<string> {
  const { profile, config } = configuration;
  const context = { config: { addressLimits: ROOMY_ADDRESS_LIMITS, ...config } };
  return cache.assembly(configuration, (outDir) => synthesize({ profile, outDir, context }));
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
