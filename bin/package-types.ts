import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { declarationOf, moduleName, PUBLIC_ENTRIES, type PublicEntry } from './package-entries.ts';

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
export function writeTypes(folder: string, reports?: string): void {
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
  if (reports !== undefined) writeReports(reports);
}

function writeReports(reports: string): void {
  mkdirSync(reports, { recursive: true });
  const configs = PUBLIC_ENTRIES.map((entry) => extraction(entry, reports));
  const [first] = configs;
  if (first === undefined) return;
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  for (const config of configs) {
    const { errorCount } = Extractor.invoke(config, {
      localBuild: true,
      compilerState,
      messageCallback: (message) => {
        // That a report has changed is for git to show.
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
      },
    });
    if (errorCount > 0) throw new Error(`${config.mainEntryPointFilePath}: the types cannot be read`);
  }
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
  execFileSync(process.execPath, [join(ROOT, 'node_modules/@typescript/native/bin/tsc'), '-p', project], {
    stdio: 'inherit',
  });
}

function extraction(entry: PublicEntry, reports: string): ExtractorConfig {
  const name = moduleName(entry);
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(DECLARATIONS, declarationOf(entry)),
      compiler: {
        overrideTsconfig: {
          extends: join(ROOT, 'tsconfig.json'),
          compilerOptions: {
            ...COMPILER_OPTIONS,
            composite: false,
            noEmit: true,
            emitDeclarationOnly: false,
          },
          include: [join(DECLARATIONS, '**/*.d.ts')],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: reports,
        reportTempFolder: join(ROOT, '.latchkey/api-reports'),
        reportFileName: `${name === 'index' ? 'latchkey' : name}.api.md`,
        // With what the exported types are made of, such as the schema of the configuration.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' as ExtractorLogLevel } },
        tsdocMessageReporting: { default: { logLevel: 'none' as ExtractorLogLevel } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
}
