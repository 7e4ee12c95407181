import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { type Configuration, editedAssembly } from '../../test/support/assembly.ts';

/** An assembly whose functions run in processes of their own. */
export interface MeasuredAssembly {
  readonly assemblyDir: string;
  /** Memory in MB of every function of the template, by its logical id. */
  readonly memory: Readonly<Record<string, number>>;
  /** Lets the processes that start from now on have these variables too. */
  tell(variables: Readonly<Record<string, string>>): void;
}

const CODE = ['instance', 'process'].map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url)));

/** Synthesizes a configuration, and puts `instance.ts` in the place of each handler. The caller removes the folder. */
export async function measuredAssembly(configuration: Configuration): Promise<MeasuredAssembly> {
  const memory: Record<string, number> = {};
  const assemblyDir = await editedAssembly(configuration, ({ Resources }) => {
    for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
      if (Type === 'AWS::Lambda::Function') {
        memory[logicalId] = Properties.MemorySize;
        Properties.Handler = 'measured.handler';
      }
      // What the clock calls would be measured among what is called here.
      if (Type === 'AWS::Events::Rule') Properties.State = 'DISABLED';
    }
  });
  const outdir = join(assemblyDir, 'measured');
  buildSync({
    entryPoints: CODE,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
  });
  const measured = `export { handler } from ${JSON.stringify(pathToFileURL(join(outdir, 'instance.mjs')).href)};\n`;
  for (const asset of readdirSync(assemblyDir).filter((name) => name.startsWith('asset.')))
    if (readdirSync(join(assemblyDir, asset)).includes('index.mjs'))
      writeFileSync(join(assemblyDir, asset, 'measured.mjs'), measured);
  return {
    assemblyDir,
    memory,
    tell: (variables) => writeFileSync(join(outdir, 'over-tls.json'), JSON.stringify(variables)),
  };
}
