import { Stack } from 'aws-cdk-lib';
import { TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** What a service does with a customer's key in its caller's name (CDK's own grants, without their wildcards). */
const ACTIONS = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
].map((action) => `kms:${action}`);

/** The right to have a service use a key, and no right to use it otherwise (AWS KMS, "kms:ViaService"). */
export function keyUse(key: IKey, service: 'dynamodb' | 'secretsmanager' | 'sqs'): PolicyStatement {
  const { region } = Stack.of(key);
  return new PolicyStatement({
    actions: ACTIONS,
    resources: [key.keyArn],
    // The suffix differs by partition, and in China by service.
    conditions: { StringLike: { 'kms:ViaService': `${service}.${region}.*` } },
  });
}

/** The encryption of a table: by the customer's key where there is one, else by AWS's own. */
export function tableEncryption(encryptionKey?: IKey): Pick<TableProps, 'encryption' | 'encryptionKey'> {
  return encryptionKey === undefined
    ? { encryption: TableEncryption.AWS_MANAGED }
    : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey };
}

/**
 * Lets CloudWatch Logs encrypt with a key of the app ("Encrypt log data using AWS KMS"). The policy of an imported key is
 * not ours to change: it must say so itself.
 */
export function letLogsUse(key: IKey): void {
  const { partition, region, account } = Stack.of(key);
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey*', 'ReEncrypt*'].map(
        (action) => `kms:${action}`,
      ),
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      },
    }),
  );
}
