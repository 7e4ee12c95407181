import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { propertiesOf, templateOf } from './synth.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
  readonly Principal?: { readonly AWS?: unknown };
}

const actionsOf = ({ Action }: Statement) => [Action].flat();

describe('where keys are shown once', () => {
  it.each(['default', 'nams'])(
    'the profile %s has neither a key in KMS nor a table for them',
    async (profile) => {
      const template = await templateOf({ profile });
      const keys = propertiesOf(template, 'AWS::KMS::Key').map(({ Description }) => Description);
      expect(keys).toEqual(['Encrypts the secrets of authenticator apps']);
      template.resourceCountIs('AWS::DynamoDB::Table', 2);
      expect(JSON.stringify(template.toJSON())).not.toMatch(/EncryptionContext:key|key-reveals/);
    },
  );

  it.each(['default', 'memgraph', 'memoryrelay', 'neuroloom', 'memory-api'])(
    'the contract of %s promises it: the synth refuses the switch',
    async (profile) => {
      await expect(loadSettings({ profile, config: { revealApiKey: true } })).rejects.toThrow(
        `revealApiKey: the contract of the profile "${profile}" shows a key only once; set revealApiKey to false`,
      );
    },
  );
});

describe('where keys are shown again', () => {
  let template: Template;
  beforeAll(async () => {
    template = await templateOf({ profile: 'nams', config: { revealApiKey: true } });
  });

  /** Those that do not use the key of the factors' secrets. */
  const statements = () =>
    propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ PolicyDocument, Roles }) =>
      PolicyDocument.Statement.filter(
        ({ Resource }: { Resource: unknown }) => !JSON.stringify(Resource).includes('FactorsKey'),
      ).map((statement: Statement) => ({
        ...statement,
        role: Roles[0].Ref as string,
      })),
    );

  it('one role may decrypt, and those of the functions that make keys encrypt, each for one tenant and key', () => {
    const using = (action: string) =>
      statements().filter((statement) => actionsOf(statement).includes(action));
    expect(using('kms:Decrypt').map(({ role }) => role)).toEqual([expect.stringMatching(/^Functionsreveal/)]);
    expect(
      using('kms:Encrypt')
        .map(({ role }) => role.replace(/Role[0-9A-F]{8}$/, ''))
        .sort(),
    ).toEqual(['Functionsaccounts', 'Functionsmanagement']);
    for (const { Condition } of [...using('kms:Decrypt'), ...using('kms:Encrypt')])
      expect(Condition).toEqual({
        StringLike: { 'kms:EncryptionContext:tenant': '?*', 'kms:EncryptionContext:key': 'key_?*' },
      });
  });

  it('the key’s own policy gives its use to those roles alone, so that no policy of IAM can', () => {
    const keys = propertiesOf(template, 'AWS::KMS::Key');
    const { KeyPolicy, EnableKeyRotation } = keys.find(({ MultiRegion }) => MultiRegion !== true) ?? {};
    expect(EnableKeyRotation).toBe(true);
    const all: readonly Statement[] = KeyPolicy.Statement;
    const [administration, ...uses] = all;
    expect(actionsOf(administration as Statement).filter((action) => /crypt|\*$/.test(action))).toEqual([
      'kms:Describe*',
      'kms:Get*',
      'kms:List*',
    ]);
    const decrypting = uses.filter((statement) => actionsOf(statement).includes('kms:Decrypt'));
    expect(decrypting).toHaveLength(1);
    expect(JSON.stringify(decrypting[0]?.Principal)).toMatch(/Functionsreveal/);
  });

  it('their table has neither stream nor backups', () => {
    const vault = propertiesOf(template, 'AWS::DynamoDB::Table').filter(
      ({ PointInTimeRecoverySpecification }) => PointInTimeRecoverySpecification === undefined,
    );
    expect(vault).toHaveLength(1);
    expect(vault[0]).not.toHaveProperty('StreamSpecification');
    expect(vault[0].TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
  });

  it('an alarm rings when many are shown', () => {
    const names = propertiesOf(template, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) =>
      JSON.stringify(AlarmName),
    );
    expect(names.filter((name) => name.includes('key-reveals'))).toHaveLength(1);
  });
});
