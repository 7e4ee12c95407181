import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { LatchkeyStack } from './latchkey-stack.ts';
import { LatchkeyRules } from './rules/latchkey-rules.ts';
import { loadSettings } from './settings.ts';

/** The context that the CDK command line sets by default: set here, so that `node` and `cdk` write one template. */
const CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  // Where in our code a construct was made says nothing to who has a configuration, and takes an eighth of a synth.
  'aws:cdk:disable-creation-stack-traces': true,
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
    // A sixth of a synth. Of what reads it, the CDK command line alone is for who deploys.
    treeMetadata: process.env.CDK_CLI_ASM_VERSION !== undefined,
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
  new LatchkeyStack(app, settings);
  return app;
}
