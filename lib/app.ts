import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { routes } from '../lambdas/table/index.ts';
import { apiConstants } from './api-constants.ts';
import { brandingOf } from './branding.ts';
import { bundleFunctions } from './bundle.ts';
import { builtConsole } from './console.ts';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { foldersOf, functionSpecs } from './functions.ts';
import { LatchkeyStack } from './latchkey-stack.ts';
import { LatchkeyRules } from './rules/latchkey-rules.ts';
import { deploymentOf, loadSettings } from './settings.ts';

/** The context that the CDK command line sets by default: set here, so that `node` and `cdk` write one template. */
const CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  ...FEATURE_FLAGS,
};

/** An app whose synth fails on a broken rule: cdk-nag's for AWS solutions and serverless, and our own. */
export function checkedApp(context: Readonly<Record<string, unknown>> = {}, outdir?: string): App {
  const app = new App({
    // Without the CDK command line, CDK would write to a temporary folder.
    outdir: outdir ?? process.env.CDK_OUTDIR ?? 'cdk.out',
    context,
    postCliContext: CONTEXT,
    analyticsReporting: false,
    stackTraces: false,
    autoSynth: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app), new LatchkeyRules());
  return app;
}

/** The CDK app of one configuration, ready to be synthesized. Throws a `ConfigError` for a wrong one. */
export async function latchkeyApp(
  context: Readonly<Record<string, unknown>> = {},
  outdir?: string,
): Promise<App> {
  const app = checkedApp(context, outdir);
  // The CDK command line names its version: what that synthesizes may be deployed, and is never a local stack's.
  const isLocal = process.env.CDK_CLI_ASM_VERSION === undefined;
  const settings = await loadSettings({
    profile: app.node.tryGetContext('profile'),
    environment: app.node.tryGetContext('environment'),
    upstream: app.node.tryGetContext('upstream'),
    regionRole: app.node.tryGetContext('region-role'),
    config: app.node.tryGetContext('config'),
    isLocal: isLocal && app.node.tryGetContext('latchkey:local') === true,
    anonymous: isLocal && app.node.tryGetContext('latchkey:anonymous') === true,
  });
  const deployment = deploymentOf(settings);
  const bundles = await bundleFunctions({
    functions: foldersOf(functionSpecs(settings.profile, { upstreams: deployment.upstreams })),
    profile: settings.profile,
    deployment,
    branding: brandingOf(settings),
    api: apiConstants(
      routes,
      settings.profile,
      deployment,
      Object.fromEntries(
        Object.entries(settings.config.tiers).map(([name, { monthlyQuota, rate }]) => [
          name,
          { monthlyQuota, perMinute: rate * 60 },
        ]),
      ),
    ),
    consoleFolder: deployment.console ? await builtConsole() : undefined,
    challengesFromContext: settings.config.challenges === 'context',
    outDir: join(app.outdir, 'bundles'),
  });
  new LatchkeyStack(app, { ...settings, bundles });
  return app;
}
