import { isDeepStrictEqual } from 'node:util';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import file from '../../latchkey.config.ts';
import { foldersOf, functionSpecs } from '../../lib/functions.ts';
import { deploymentOf, loadSettings, type Overrides } from '../../lib/settings.ts';
import { createSystem } from '../../lib/system.ts';
import { profile as defaultProfile } from '../../profiles/default.ts';
import withDomain from '../support/domain.json' with { type: 'json' };
import logicalIds from './logical-ids.json' with { type: 'json' };
import released from './released-template.json' with { type: 'json' };
import { emptyFunction, propertiesOf, templateOf, temporaryApp } from './synth.ts';

/**
 * A change of the configuration as CloudFormation would carry it out: what keeps data is neither deleted nor replaced,
 * and the authorizer names no usage key that would have to be made.
 */

/** Properties whose change replaces a resource (CloudFormation template reference, "Update requires: Replacement"). */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'AttributeDefinitions', 'LocalSecondaryIndexes'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::ApiGateway::RestApi': [],
  'AWS::ApiGateway::ApiKey': ['Name', 'Value', 'CustomerId', 'GenerateDistinctId'],
};

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Metadata?: unknown;
}

const resources = (template: Template) =>
  Object.entries(template.toJSON().Resources as Readonly<Record<string, Resource>>);

/** What CloudFormation would delete, at once or after it has made another, of all that keeps something. */
function lost(before: Template, after: Template): string[] {
  const now = new Map(resources(after));
  return resources(before).flatMap(([id, { Type, Properties }]) => {
    const replacing = REPLACING[Type];
    if (replacing === undefined) return [];
    const next = now.get(id);
    if (next === undefined) return [`${id} is deleted`];
    return replacing
      .filter((name) => !isDeepStrictEqual(Properties?.[name], next.Properties?.[name]))
      .map((name) => `${id} is replaced, as its ${name} changes`);
  });
}

/** The usage keys that the authorizer names. */
function named(template: Template): string[] {
  const [variable] = propertiesOf(template, 'AWS::Lambda::Function').flatMap(
    ({ Environment }) => Environment.Variables.USAGE_KEYS ?? [],
  );
  return Object.values(JSON.parse(variable['Fn::Sub'][0]));
}

/** The usage keys of a template with the plan of each, by the key's value: all of it, as CloudFormation compares it. */
function keysWithPlans(template: Template): Record<string, unknown> {
  const all = new Map(resources(template));
  return Object.fromEntries(
    propertiesOf(template, 'AWS::ApiGateway::UsagePlanKey').map(({ KeyId, UsagePlanId }) => {
      const key = all.get(KeyId.Ref)?.Properties ?? {};
      const [value] = (key.Value as { 'Fn::Sub': [string] })['Fn::Sub'];
      const { Throttle, Quota } = all.get(UsagePlanId.Ref)?.Properties ?? {};
      return [value, { key: KeyId.Ref, plan: UsagePlanId.Ref, ...key, Throttle, Quota }];
    }),
  );
}

const STREAM =
  'arn:aws:dynamodb:eu-central-1:111122223333:table/Old-restored-20261127120000/stream/2026-11-27T13:00:00.000';

const { free, pro, enterprise } = file.tiers;
const tiers = (config: object): Overrides => ({ config });

/** What a team may change one day, and what it has before. */
const CHANGES: readonly [string, Overrides, Overrides][] = [
  ['a tier is renamed', {}, tiers({ tiers: { free, business: pro, enterprise } })],
  [
    'the initial tier is renamed',
    {},
    tiers({ tiers: { trial: free, pro, enterprise }, initialTier: 'trial' }),
  ],
  ['a tier is removed', {}, tiers({ tiers: { free, enterprise } })],
  ['a tier is added before the others', {}, tiers({ tiers: { tiny: free, free, pro, enterprise } })],
  ['all tiers but one are removed', {}, tiers({ tiers: { free } })],
  ['another tier is the initial one', {}, tiers({ initialTier: 'pro' })],
  ['a tier is given other limits', {}, tiers({ tiers: { free: pro, pro, enterprise } })],
  ['a domain is given', {}, tiers({ domain: withDomain.domain })],
  [
    'a domain is given, and the stage’s URL stays',
    {},
    tiers({ domain: { ...withDomain.domain, alsoServeStageUrl: true } }),
  ],
  ['the domain is taken away', tiers({ domain: withDomain.domain }), {}],
  ['the stage is renamed', {}, tiers({ stage: 'beta' })],
  ['another profile is served', { profile: 'default' }, { profile: 'memgraph' }],
  [
    'a key of one’s own encrypts',
    {},
    tiers({ kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0123-4567-89ab-cdef01234567' }),
  ],
  ['development becomes production', {}, { environment: 'production' }],
  ['a restored table takes the place of the stack’s own', {}, tiers({ restoredTableStreamArn: STREAM })],
  ['the stack’s own table serves again', tiers({ restoredTableStreamArn: STREAM }), {}],
  [
    'a standby takes the place of the Region that served',
    tiers({ restoredTableStreamArn: STREAM, regionRole: 'standby' }),
    tiers({ restoredTableStreamArn: STREAM }),
  ],
  ['backups are watched', {}, tiers({ backupHours: 24 })],
];

describe('since signing keys have a secret for each use', () => {
  it('the secret of before holds the keys of tokens: it is neither deleted nor replaced', async () => {
    const template = await templateOf();
    const variables = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ Environment }) => Environment.Variables,
    );
    const [keyset] = logicalIds['AWS::SecretsManager::Secret'].filter((id) => id.startsWith('Keyset'));
    const named = variables.flatMap(({ KEYSET_SECRET_ARN }) => KEYSET_SECRET_ARN?.Ref ?? []);
    expect(new Set(named)).toEqual(new Set([keyset]));
  });

  it('a forwarder is changed when the rotation that takes over its key has begun, and not before', async () => {
    for (const [id, { Type, DependsOn = [] }] of resources(await templateOf())) {
      if (Type !== 'AWS::Lambda::Function' || !id.startsWith('Functionsforwarder')) continue;
      expect([DependsOn].flat()).toContainEqual(expect.stringMatching(/^AssertionsRotation/));
    }
  });
});

describe('since the whole system is a construct of the id Default', () => {
  const folders = foldersOf(functionSpecs(defaultProfile));
  /** As it was before: each part a child of the stack itself. */
  async function partsInStack(): Promise<Template> {
    const settings = await loadSettings();
    const app = temporaryApp();
    const stack = new Stack(app, settings.config.name);
    const folder = emptyFunction(app.outdir);
    const { upstreams } = deploymentOf(settings);
    createSystem(stack, {
      ...settings,
      names: { name: stack.stackName, keyScope: '' },
      rows: apiRows(routes, settings.profile, upstreams),
      upstreams,
      bundles: Object.fromEntries(folders.map((name) => [name, folder])),
      functionOptions: { removalPolicy: RemovalPolicy.DESTROY, logRetention: RetentionDays.ONE_MONTH },
      alarmTopic: undefined,
    });
    return Template.fromStack(stack);
  }
  /** The id of a deployment of the API is made of the resource's path too; one is made at every change. */
  const comparable = (template: Template) =>
    JSON.parse(
      JSON.stringify(
        resources(template).map(([id, { Metadata: _, ...resource }]) => [id, resource] as const),
      ).replaceAll(/(FrontDoorApiDeployment[0-9A-F]{8})[0-9a-f]{32}/g, '$1'),
    ) as [string, unknown][];

  it('no logical id is another, and no property of a resource', async () => {
    const [before, after] = [comparable(await partsInStack()), comparable(await templateOf())];
    expect(before.length).toBeGreaterThan(400);
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(before));
  });
});

describe('since the last release', () => {
  const before = Template.fromJSON(released);

  it('nothing that keeps data is deleted or replaced', async () => {
    expect(resources(before).length).toBeGreaterThan(20);
    expect(lost(before, await templateOf())).toEqual([]);
  });

  it('each usage key that live callers are given is there, in its plan', async () => {
    const keys = keysWithPlans(await templateOf());
    expect(named(before).length).toBeGreaterThan(3);
    for (const name of named(before)) expect(keys[name], name).toEqual(keysWithPlans(before)[name]);
  });
});

describe.each(CHANGES)('when %s', (_, before, after) => {
  const templates = Promise.all([templateOf(before), templateOf(after)]);

  it('nothing that keeps data is deleted or replaced', async () => {
    const [old, next] = await templates;
    expect(lost(old, next)).toEqual([]);
  });

  it('the authorizer names the same usage keys, which stay as they are, each in its plan', async () => {
    const [old, next] = await templates;
    const [keys, nextKeys] = [keysWithPlans(old), keysWithPlans(next)];
    expect(named(old)).toHaveLength(4);
    expect(named(next)).toEqual(named(old));
    for (const name of named(old)) {
      expect(keys[name], name).toBeDefined();
      expect(nextKeys[name], name).toEqual(keys[name]);
    }
  });
});
