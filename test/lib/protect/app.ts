import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack, type Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import type { AuthorizerSettings } from '../../../lambdas/contract/authorizer-settings.ts';
import type { Door } from '../../../lib/door.ts';
import { functionSpecs } from '../../../lib/functions.ts';
import { IdentityTable } from '../../../lib/identity-table.ts';
import { KeysetSecret } from '../../../lib/keyset-secret.ts';
import type { LatchkeyFunction } from '../../../lib/latchkey-function.ts';
import { deploymentOf, loadSettings, type Settings } from '../../../lib/settings.ts';
import { UsagePlans } from '../../../lib/usage-plans.ts';

export const SETTINGS: Settings = await loadSettings();

/** A stack with the parts of a Latchkey that a protected API takes, and no more. */
export class DoorStack extends Stack {
  readonly door: Door;
  readonly plans: UsagePlans;

  constructor(app: App | Stage, id = 'Latchkey', settings: Settings = SETTINGS) {
    super(app, id);
    const kept = { removalPolicy: RemovalPolicy.DESTROY };
    const table = new IdentityTable(this, 'Identity', { ...kept, restoredStreamArn: null });
    const keyset = new KeysetSecret(this, 'Keyset', {
      ...kept,
      description: 'tokens',
      variable: 'KEYSET_SECRET_ARN',
    });
    const assertions = new KeysetSecret(this, 'Assertions', {
      ...kept,
      description: 'assertions',
      variable: 'ASSERTION_SECRET_ARN',
    });
    this.plans = new UsagePlans(this, 'UsagePlans', {
      name: 'latchkey',
      keyScope: '',
      tiers: settings.config.tiers,
      sandbox: settings.config.sandbox,
    });
    const spec = functionSpecs(settings.profile).authorizer;
    this.door = {
      ...settings,
      stack: this,
      deployment: deploymentOf(settings),
      url: 'https://front.example.com',
      spec,
      functionOptions: { ...kept, logRetention: settings.config.logRetentionDays },
      metricsNamespace: 'Latchkey/latchkey',
      authorizerCode: (given) => codeFolder(app, given),
      equip: (fn: LatchkeyFunction, given = spec) => {
        table.grant(fn, given.table ?? []);
        keyset.grant(fn, given.keyset ?? []);
        assertions.grant(fn, given.assertions ?? []);
        fn.tell('ACCEPTED_ISSUERS', 'https://front.example.com');
        fn.tell('USAGE_KEYS', this.plans.keys);
        fn.tell('METRICS_NAMESPACE', 'Latchkey/latchkey');
      },
      addStage: (stage) => this.plans.addStage(stage),
    };
  }
}

/** An app that writes to a folder of its own. */
export function emptyApp(context: Readonly<Record<string, unknown>> = {}): App {
  return new App({ outdir: mkdtempSync(join(tmpdir(), 'latchkey-protect-')), context });
}

function codeFolder(app: App | Stage, settings: AuthorizerSettings): string {
  const text = JSON.stringify(settings);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const folder = join(app.outdir, 'code', digest);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), text);
  return folder;
}

export type Json = Record<string, unknown>;
type Resource = { readonly Type: string; readonly Properties: Json; readonly DependsOn?: readonly string[] };

/** The resources of a stack's template. Throws what the synth throws. */
export function resourcesOf(stack: Stack): Readonly<Record<string, Resource>> {
  return Template.fromStack(stack).toJSON().Resources;
}

export function ofType(stack: Stack, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === type);
}

/** The settings of the authorizers that protect APIs of a stack. */
export function allSettings(stack: Stack): readonly AuthorizerSettings[] {
  return ofType(stack, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const { S3Key } = Properties.Code as { readonly S3Key?: string };
    if (S3Key === undefined) return [];
    const folder = `asset.${S3Key.replace('.zip', '')}`;
    return JSON.parse(readFileSync(join((stack.node.root as App).outdir, folder, 'settings.json'), 'utf8'));
  });
}

/** Of the only one. */
export function settingsOf(stack: Stack): AuthorizerSettings {
  const [settings, another] = allSettings(stack);
  if (settings === undefined || another !== undefined) throw new Error('there is not one authorizer');
  return settings;
}

/** What the synth of an app says against it; empty where nothing. */
export function faultsOf(construct: IConstruct): string {
  try {
    (construct.node.root as App).synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
