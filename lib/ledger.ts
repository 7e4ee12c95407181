import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyUse, tableEncryption } from './encryption-key.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface LedgerProps {
  /** Removal policy of the table when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts it. @default - AWS's own */
  readonly encryptionKey?: IKey;
}

/**
 * What must not come back with a restored table: revoked keys, ended sessions, demotions and the like. It is a table of
 * its own, which no restore of the other one rewinds, and functions can only add to it (ADR 0161).
 */
export class Ledger extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: LedgerProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...tableEncryption(props.encryptionKey),
      removalPolicy: props.removalPolicy,
    });
  }

  /** Lets a function add entries, and tells it the table. */
  grant(grantee: LatchkeyFunction): void {
    const { encryptionKey } = this.table;
    if (encryptionKey !== undefined) grantee.lambda.addToRolePolicy(keyUse(encryptionKey, 'dynamodb'));
    const statement = new PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [this.table.tableArn],
    });
    grantee.allow(statement, 'LEDGER_TABLE', this.table.tableName);
  }
}
