import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolProgram } from '../toolchain/install.ts';
import { declarationOf, moduleName, PUBLIC_ENTRIES } from './package-entries.ts';

const ROOT = join(import.meta.dirname, '..');
/** The declarations of every module, as the compiler writes them. */
const DECLARATIONS = join(ROOT, '.latchkey/package-types');

const COMPILER_OPTIONS = {
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: ['node', 'react'],
  // React's own declarations of events do not have it.
  exactOptionalPropertyTypes: false,
};

/** An import of one of our modules in a declaration. */
const OWN_IMPORT = /(?<=(?:from |import |import\()['"])(\.[^'"]+)\.ts(?=['"])/g;

/**
 * Writes the declarations of every public module, and of what they name, into `folder`, and what they say to users as a
 * report each into `reports`, if it is given. The modules share their declarations: a class of two of them is one.
 */
export async function writeTypes(folder: string, reports?: string): Promise<void> {
  writeDeclarations();
  const written = new Set<string>();
  const write = (path: string): void => {
    if (written.has(path)) return;
    written.add(path);
    const text = readFileSync(join(DECLARATIONS, path), 'utf8');
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replaceAll(OWN_IMPORT, '$1.js'));
    for (const [, target = ''] of text.matchAll(OWN_IMPORT)) write(join(dirname(path), `${target}.d.ts`));
  };
  for (const entry of PUBLIC_ENTRIES) write(declarationOf(entry));
  if (reports === undefined) return;
  // Loads a compiler of its own, which only reports need.
  const { writeApiReports } = await import('../toolchain/api-reports.ts');
  const modules = PUBLIC_ENTRIES.map((entry) => {
    const name = moduleName(entry);
    return { name: name === 'index' ? 'latchkey' : name, declaration: declarationOf(entry) };
  });
  writeApiReports(modules, { declarations: DECLARATIONS, compilerOptions: COMPILER_OPTIONS, reports });
}

function writeDeclarations(): void {
  const project = join(ROOT, '.latchkey/tsconfig.package.json');
  mkdirSync(join(ROOT, '.latchkey'), { recursive: true });
  writeFileSync(
    project,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        ...COMPILER_OPTIONS,
        composite: false,
        incremental: false,
        declaration: true,
        // `npm run check` has checked them, each with the libraries that it may use.
        noCheck: true,
        stripInternal: true,
        rootDir: '..',
        outDir: DECLARATIONS,
      },
      files: PUBLIC_ENTRIES.map(({ source }) => join('..', source)),
      references: [],
    }),
  );
  execFileSync(process.execPath, [toolProgram('tsc'), '-p', project], { stdio: 'inherit' });
}
