import type { RemovalPolicy } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { VaultRole } from './function-spec.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';
import { ReservedKey } from './reserved-key.ts';

export interface KeyVaultProps {
  /** Removal policy of the key in KMS when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

const TABLE_ACTIONS: Readonly<Record<VaultRole, readonly string[]>> = {
  keeper: ['dynamodb:UpdateItem'],
  follower: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
  revealer: ['dynamodb:GetItem'],
};

const KEY_ACTIONS: Readonly<Record<VaultRole, 'Encrypt' | 'Decrypt' | undefined>> = {
  keeper: 'Encrypt',
  follower: undefined,
  revealer: 'Decrypt',
};

/**
 * API keys that are kept encrypted, for who made them to see again (`revealApiKey`): a key in KMS that one role may
 * decrypt with, by the key's own policy, so that no policy of IAM gives it to another; and a table that has neither
 * stream nor backups, so that the ciphertext is nowhere else (ADR 0087).
 */
export class KeyVault extends Construct {
  private readonly table: Table;
  private readonly key: ReservedKey;

  constructor(scope: Construct, id: string, props: KeyVaultProps) {
    super(scope, id);
    this.key = new ReservedKey(this, 'Key', {
      description: 'Encrypts API keys for who made them',
      context: { tenant: '?*', key: 'key_?*' },
      removalPolicy: props.removalPolicy,
    });
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      encryption: TableEncryption.AWS_MANAGED,
      removalPolicy: props.removalPolicy,
    });
    Validations.of(this.table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'A backup would keep what a revocation has deleted; what is lost here can be rotated.',
    });
  }

  /** Gives a function its part, and tells it table and key. */
  grant(grantee: LatchkeyFunction, role: VaultRole): void {
    const onTable = new PolicyStatement({
      actions: [...TABLE_ACTIONS[role]],
      resources: [this.table.tableArn],
    });
    grantee.allow(onTable, 'VAULT_TABLE', this.table.tableName);
    const action = KEY_ACTIONS[role];
    if (action !== undefined) this.key.letUse(grantee, [action], 'VAULT_KEY_ARN');
  }
}
