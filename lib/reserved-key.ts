import type { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, ArnPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface ReservedKeyProps {
  readonly description: string;
  /** Patterns of the encryption context that every use must have, by name. */
  readonly context: Readonly<Record<string, string>>;
  /** Whether other Regions can have a replica of it. @default false */
  readonly multiRegion?: boolean;
  /** Removal policy of the key when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** What administrators of an account do with a key in KMS: all but use it (AWS KMS, "Key policies"). */
const ADMINISTRATION = [
  'CancelKeyDeletion',
  'Describe*',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'Get*',
  'List*',
  'PutKeyPolicy',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

/**
 * A key in KMS that only functions use that it is granted to, by the key's own policy, so that no policy of IAM gives it
 * to another. Every use names a context: what is encrypted for one is no use for another.
 */
export class ReservedKey extends Key {
  private readonly conditions: object;

  constructor(scope: Construct, id: string, { context, ...props }: ReservedKeyProps) {
    const administration = new PolicyStatement({
      principals: [new AccountRootPrincipal()],
      actions: ADMINISTRATION,
      resources: ['*'],
    });
    super(scope, id, {
      ...props,
      enableKeyRotation: true,
      policy: new PolicyDocument({ statements: [administration] }),
    });
    const patterns = Object.entries(context).map(([name, pattern]) => [
      `kms:EncryptionContext:${name}`,
      pattern,
    ]);
    this.conditions = { StringLike: Object.fromEntries(patterns) };
  }

  /** Lets a function do this with the key, and tells it which that is. */
  letUse(
    grantee: LatchkeyFunction,
    actions: readonly ('Encrypt' | 'Decrypt')[],
    variable: 'VAULT_KEY_ARN' | 'FACTOR_KEY_ARN',
  ): void {
    const use = { actions: actions.map((action) => `kms:${action}`), conditions: this.conditions };
    grantee.allow(new PolicyStatement({ ...use, resources: [this.keyArn] }), variable, this.keyArn);
    const principals = [new ArnPrincipal(grantee.lambda.role?.roleArn ?? '')];
    this.addToResourcePolicy(new PolicyStatement({ ...use, principals, resources: ['*'] }));
  }
}
