import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Overrides } from '../../lib/settings.ts';
import { propertiesOf, templateOf } from './synth.ts';

const KEPT = { authorizer: 5, accounts: 2 };
const kept = (config: object = {}): Overrides => ({ config: { provisionedConcurrency: KEPT, ...config } });

/** The aliases of a template by their logical ids. */
const aliasesOf = (template: Template) => Object.entries(template.findResources('AWS::Lambda::Alias'));

/** Ids of the versions that aliases name. */
const versionsOf = (template: Template): readonly string[] =>
  aliasesOf(template).map(([, { Properties }]) => Properties.FunctionVersion['Fn::GetAtt'][0]);

describe('started instances', () => {
  let template: Template;
  beforeAll(async () => {
    template = await templateOf(kept());
  });

  it('are none by default, without an alias or a version', async () => {
    const byDefault = await templateOf();
    for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Version']) byDefault.resourceCountIs(type, 0);
  });

  it('are kept of the present version of each function that is named', () => {
    const instances = aliasesOf(template).map(([, { Properties }]) => [
      Properties.Name,
      Properties.FunctionName.Ref.replace(/Function.{8}$/, ''),
      Properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions,
    ]);
    expect(instances.toSorted()).toEqual([
      ['live', 'Functionsaccounts', 2],
      ['live', 'Functionsauthorizer', 5],
    ]);
    const versions = template.findResources('AWS::Lambda::Version');
    expect(Object.keys(versions).toSorted()).toEqual(versionsOf(template).toSorted());
  });

  it('are what API Gateway calls, by the authorizer and by every method of theirs, and it may', () => {
    const uris = [
      ...propertiesOf(template, 'AWS::ApiGateway::Authorizer').map(({ AuthorizerUri }) => AuthorizerUri),
      ...propertiesOf(template, 'AWS::ApiGateway::Method').map(({ Integration }) => Integration?.Uri),
    ].map((uri) => JSON.stringify(uri) ?? '');
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission')
      .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com')
      .map(({ FunctionName }) => JSON.stringify(FunctionName));
    for (const [alias, { Properties }] of aliasesOf(template)) {
      const name = Properties.FunctionName.Ref;
      expect(uris.filter((uri) => uri.includes(`"${name}"`))).toEqual([]);
      expect(uris.filter((uri) => uri.includes(`"${alias}"`)).length).toBeGreaterThan(0);
      expect(permissions).toContain(JSON.stringify({ Ref: alias }));
      expect(permissions.filter((permission) => permission.includes(`"${name}"`))).toEqual([]);
    }
  });

  it('of the same settings are of the same version, and of others of a new one', async () => {
    expect(versionsOf(await templateOf(kept()))).toEqual(versionsOf(template));
    const config = { tokens: { previousIssuers: ['https://old.example.com'] } };
    const isKnown = (version: string) => versionsOf(template).includes(version);
    const changed = versionsOf(await templateOf(kept(config)));
    // Only the authorizer takes issuers of before.
    const ofAuthorizer = (version: string) => version.startsWith('Functionsauthorizer');
    expect(changed.map((version) => [ofAuthorizer(version), isKnown(version)]).toSorted()).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('are none in a standby, where no instance may run', async () => {
    const restoredTableStreamArn =
      'arn:aws:dynamodb:eu-west-1:111122223333:table/Latchkey-Table/stream/2026-11-27T13:00:00.000';
    const standby = await templateOf({ regionRole: 'standby', ...kept({ restoredTableStreamArn }) });
    standby.resourceCountIs('AWS::Lambda::Alias', 0);
  });
});
