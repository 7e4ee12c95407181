import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  type ITable,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyUse, tableEncryption } from './encryption-key.ts';
import type { TableRight } from './function-spec.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface IdentityTableProps {
  /** Removal policy of the table when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts it. @default - AWS's own */
  readonly encryptionKey?: IKey;
  /** The stream of a restored table that takes the place of this one; null for none. */
  readonly restoredStreamArn: string | null;
}

/** The part of a table, made here or restored, that others need. */
export type ServedTable = Pick<ITable, 'tableArn' | 'tableName' | 'metric'>;

/**
 * The one table: keys, sessions, tenants and the deployment's own facts. It is not protected from deletion here, as
 * CloudFormation could not take back a first deployment that failed: `npm run ops -- protect` does it after (ADR 0080).
 * A restored table takes its place without removing it (ADR 0160).
 */
export class IdentityTable extends Construct {
  readonly table: ITable;
  readonly streamArn: string;
  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: IdentityTableProps) {
    super(scope, id);
    const own = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The account's own key: its use shows in CloudTrail, and unlike a customer's key nobody can delete it and
      // every credential with it. Secrets are hashes here, so who may decrypt matters less than that we always can.
      ...tableEncryption(props.encryptionKey),
      removalPolicy: props.removalPolicy,
    });
    this.streamArn = props.restoredStreamArn ?? (own.node.defaultChild as CfnTable).attrStreamArn;
    this.table =
      props.restoredStreamArn === null
        ? // Its types do not hold with `exactOptionalPropertyTypes`.
          (own as ITable)
        : Table.fromTableArn(this, 'Restored', props.restoredStreamArn.split('/stream/')[0] ?? '');
    this.encryptionKey = props.encryptionKey;
  }

  /** Lets a function do exactly this to the table, and tells it the table's name. */
  grant(grantee: LatchkeyFunction, rights: readonly TableRight[]): void {
    if (rights.length === 0) return;
    for (const statement of this.statements(rights)) grantee.lambda.addToRolePolicy(statement);
    grantee.tell('TABLE_NAME', this.table.tableName);
  }

  /** The rights to do exactly this to the table. */
  statements(rights: readonly TableRight[]): readonly PolicyStatement[] {
    const onTable = rights.map(({ actions, keys, attributes }) => {
      return new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn],
        // Every partition key of the call must match (DynamoDB, "Fine-grained access control").
        ...(keys === undefined
          ? {}
          : { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } } }),
        // Without `Select`, a call that names no attribute would be given all.
        ...(attributes === undefined
          ? {}
          : {
              conditions: {
                'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
                StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
              },
            }),
      });
    });
    return this.encryptionKey === undefined ? onTable : [keyUse(this.encryptionKey, 'dynamodb'), ...onTable];
  }
}
