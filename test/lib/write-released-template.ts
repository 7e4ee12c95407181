import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { templateOf } from './synth.ts';

/**
 * Writes what the present template has that keeps data or is named by live callers to `released-template.json`: the
 * upgrade tests hold the next release to it. Run by whoever has just made a release (docs/releasing.md).
 */
const KEPT = [
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::DynamoDB::Table',
  'AWS::Logs::LogGroup',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>> & {
    readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

const { Resources } = (await templateOf()).toJSON() as { Resources: Readonly<Record<string, Resource>> };
const kept = Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]): [string, object][] => {
  if (KEPT.includes(Type)) {
    const { Description: _, Tags: __, ...properties } = Properties;
    return [[id, { Type, Properties: properties }]];
  }
  const USAGE_KEYS = Properties.Environment?.Variables.USAGE_KEYS;
  return USAGE_KEYS === undefined
    ? []
    : [[id, { Type, Properties: { Environment: { Variables: { USAGE_KEYS } } } }]];
});
writeFileSync(
  join(import.meta.dirname, 'released-template.json'),
  `${JSON.stringify({ Resources: Object.fromEntries(kept) }, null, 2)}\n`,
);
