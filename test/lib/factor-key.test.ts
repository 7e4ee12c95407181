import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from './synth.ts';

let template: Template;
beforeAll(async () => {
  template = await templateOf();
});

const FOR_ONE_PERSON = {
  StringLike: { 'kms:EncryptionContext:tenant': '?*', 'kms:EncryptionContext:person': '?*' },
};

describe('the key of the secrets of authenticator apps', () => {
  it('is used by one role, by its own policy and by the role’s, for one person at a time', () => {
    const [{ KeyPolicy }, ...others] = propertiesOf(template, 'AWS::KMS::Key');
    expect(others).toEqual([]);
    const [administration, ...uses] = KeyPolicy.Statement;
    expect(administration.Action.filter((action: string) => /crypt|\*$/.test(action))).toEqual([
      'kms:Describe*',
      'kms:Get*',
      'kms:List*',
    ]);
    expect(uses).toEqual([
      {
        Action: ['kms:Decrypt', 'kms:Encrypt'],
        Condition: FOR_ONE_PERSON,
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^FunctionsaccountsRole/), 'Arn'] } },
        Resource: '*',
      },
    ]);
    const roles = propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ PolicyDocument, PolicyName }) =>
      PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) =>
        [Action].flat().includes('kms:Decrypt'),
      ).map(({ Condition }: { Condition: unknown }) => [PolicyName, Condition]),
    );
    expect(roles).toEqual([[expect.stringMatching(/^Functionsaccounts/), FOR_ONE_PERSON]]);
  });

  it('has replicas in other Regions, where a standby reads the same table, and turns every year', () => {
    expect(propertiesOf(template, 'AWS::KMS::Key')[0]).toMatchObject({
      MultiRegion: true,
      EnableKeyRotation: true,
    });
  });
});
