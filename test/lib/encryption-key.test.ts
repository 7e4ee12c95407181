import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { propertiesOf, templateOf } from './synth.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0123-4567-89ab-cdef01234567';

let template: Template;
let plain: Template;
beforeAll(async () => {
  template = await templateOf({ config: { kmsKeyArn: KEY } });
  plain = await templateOf();
});

/** The stack's own key for the secrets of authenticator apps, which has rules of its own (`factor-key.test.ts`). */
const isOfFactors = ({ Resource }: { Resource: unknown }) => JSON.stringify(Resource).includes('FactorsKey');

/** By which services each function may use the key, by the function's name in the template. */
function uses(of: Template): Record<string, string[]> {
  return Object.fromEntries(
    propertiesOf(of, 'AWS::IAM::Policy').flatMap(({ PolicyName, PolicyDocument }) => {
      const name = /^Functions(\w+)Role/.exec(PolicyName)?.[1] ?? PolicyName;
      const statements = PolicyDocument.Statement.filter(
        (statement: { Action: string | string[]; Resource: unknown }) =>
          [statement.Action].flat().some((action) => action.startsWith('kms:')) && !isOfFactors(statement),
      );
      if (statements.length === 0) return [];
      for (const { Resource } of statements) expect(Resource).toBe(KEY);
      const services = statements.flatMap(({ Condition }: { Condition: Record<string, object> }) =>
        Object.values(Condition.StringLike ?? {})
          .flat()
          .map((via) => JSON.stringify(via).match(/"(\w+)\./)?.[1] ?? ''),
      );
      return [[name, services.sort()]];
    }),
  );
}

describe("a customer's own key", () => {
  it('encrypts the table, the signing keys, every log and the queue', () => {
    const [table] = propertiesOf(template, 'AWS::DynamoDB::Table');
    expect(table.SSESpecification).toEqual({ KMSMasterKeyId: KEY, SSEEnabled: true, SSEType: 'KMS' });
    const secrets = propertiesOf(template, 'AWS::SecretsManager::Secret');
    expect(secrets.length).toBe(2);
    for (const { KmsKeyId } of secrets) expect(KmsKeyId).toBe(KEY);
    const [queue] = propertiesOf(template, 'AWS::SQS::Queue');
    expect(queue.KmsMasterKeyId).toBe(KEY);
    const logs = propertiesOf(template, 'AWS::Logs::LogGroup');
    // One a function, and the stage's.
    expect(logs.length).toBe(propertiesOf(template, 'AWS::Lambda::Function').length + 1);
    for (const { KmsKeyId } of logs) expect(KmsKeyId).toBe(KEY);
  });

  it('is used by each function through the services that it has rights on, and in no other way', () => {
    const [table, keyset, queue] = ['dynamodb', 'secretsmanager', 'sqs'];
    expect(uses(template)).toEqual({
      authorizer: [table],
      accounts: [table, keyset],
      tokens: [table, keyset],
      people: [table],
      management: [table],
      transfer: [table],
      public: [table, keyset],
      forwarder: [table, keyset],
      rotation: [table, keyset],
      reconciler: [table],
      mailer: [table],
      stream: [table, queue],
      usage: [table, queue],
    });
  });

  it('is no part of a stack without one', () => {
    expect(uses(plain)).toEqual({});
    expect(JSON.stringify(plain.toJSON())).not.toContain('kms:ViaService');
    expect(propertiesOf(plain, 'AWS::SQS::Queue')[0].SqsManagedSseEnabled).toBe(true);
  });

  it.each([
    [
      { kmsKeyArn: 'alias/mine' },
      undefined,
      "kmsKeyArn: must be the ARN of a key in KMS, or null for AWS's own keys",
    ],
    [
      { kmsKeyArn: KEY },
      'us-east-1',
      'kmsKeyArn: the key is in eu-central-1, and the stack goes to us-east-1',
    ],
  ])('%j in the Region %s is refused, with what is right', async (config, region, message) => {
    await expect(loadSettings({ config }, region)).rejects.toThrow(message);
  });
});
