import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { functionCode } from './function-code.ts';
import { functionSettings } from './function-settings.ts';
import { foldersOf, functionSpecs } from './functions.ts';
import { deploymentOf, type Settings } from './settings.ts';

/** Where the code of every function of a deployment is, by its folder in `lambdas/functions`. Throws a `ConfigError`. */
export function functionBundles(scope: Construct, settings: Settings): Readonly<Record<string, string>> {
  const { profile, published } = settings;
  const told = functionSettings(settings);
  // Kept until the assembly is written.
  const outDir = join(Stage.of(scope)?.outdir ?? '', 'bundles');
  const folders = foldersOf(functionSpecs(profile, { upstreams: deploymentOf(settings).upstreams }));
  return Object.fromEntries(folders.map((folder) => [folder, functionCode(published, folder, told, outDir)]));
}
