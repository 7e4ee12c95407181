import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ROOT = join(import.meta.dirname, '..');

/** A module whose types users see. */
export interface ReportedModule {
  /** The name of its report: `<name>.api.md`. */
  readonly name: string;
  /** The declaration file that it begins with, below the folder of all declarations. */
  readonly declaration: string;
}

export interface ReportOptions {
  /** The folder with the declarations of all modules. */
  readonly declarations: string;
  /** What the declarations were written with, besides the options of `tsconfig.json`. */
  readonly compilerOptions: object;
  /** The folder that the reports go to. */
  readonly reports: string;
}

/** Writes a report of what each module says to users. Throws where the declarations cannot be read. */
export function writeApiReports(modules: readonly ReportedModule[], options: ReportOptions): void {
  mkdirSync(options.reports, { recursive: true });
  const configs = modules.map((module) => extraction(module, options));
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

function extraction(
  { name, declaration }: ReportedModule,
  { declarations, compilerOptions, reports }: ReportOptions,
): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(declarations, declaration),
      compiler: {
        overrideTsconfig: {
          extends: join(ROOT, 'tsconfig.json'),
          compilerOptions: {
            ...compilerOptions,
            composite: false,
            noEmit: true,
            emitDeclarationOnly: false,
          },
          include: [join(declarations, '**/*.d.ts')],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: reports,
        reportTempFolder: join(ROOT, '.latchkey/api-reports'),
        reportFileName: `${name}.api.md`,
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
