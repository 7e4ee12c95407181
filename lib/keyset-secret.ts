import { Aws, type Duration, type RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { keyUse } from './encryption-key.ts';
import type { SecretAction } from './function-spec.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface KeysetSecretProps {
  /** Says in the console what the keys sign. */
  readonly description: string;
  /** The variable by which functions find the secret. */
  readonly variable: 'KEYSET_SECRET_ARN' | 'ASSERTION_SECRET_ARN';
  /** Removal policy of the signing keys when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts them. @default - AWS's own */
  readonly encryptionKey?: IKey;
}

/** The secret that holds the signing keys of one use. It starts without any: the first rotation, at deploy, makes them. */
export class KeysetSecret extends Construct {
  readonly secret: Secret;
  private readonly variable: KeysetSecretProps['variable'];

  constructor(scope: Construct, id: string, props: KeysetSecretProps) {
    super(scope, id);
    this.variable = props.variable;
    this.secret = new Secret(this, 'Secret', {
      description: props.description,
      // Not a secret: the keyset without keys, which the first rotation replaces.
      secretStringValue: SecretValue.unsafePlainText('{}'),
      removalPolicy: props.removalPolicy,
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    });
  }

  /** Lets a function do exactly this to the secret, and tells it the secret's ARN. */
  grant(grantee: LatchkeyFunction, actions: readonly SecretAction[]): void {
    if (actions.length === 0) return;
    for (const statement of this.statements(actions)) grantee.lambda.addToRolePolicy(statement);
    grantee.tell(this.variable, this.secret.secretArn);
  }

  /** The rights to do exactly this to the secret. */
  statements(actions: readonly SecretAction[]): readonly PolicyStatement[] {
    if (actions.length === 0) return [];
    const { encryptionKey, secretArn } = this.secret;
    const onSecret = new PolicyStatement({
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: [secretArn],
    });
    return encryptionKey === undefined ? [onSecret] : [keyUse(encryptionKey, 'secretsmanager'), onSecret];
  }

  /** Leaves the secret without a rotation: in a standby, which is given the keys of the Region that serves. */
  standBy(): void {
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A standby signs nothing; it gets keys, and their rotation, when it is promoted (ADR 0163).',
    });
  }

  /** Has a function rotate the secret: now, as there are no keys yet, and then every so many days. */
  rotateWith({ lambda }: LatchkeyFunction, every: Duration): CfnRotationSchedule {
    // CDK's own permission lets any account's secret in; Secrets Manager advises both conditions where a function
    // rotates one secret ("Permissions for rotation").
    const permission = new CfnPermission(this, 'RotationPermission', {
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: this.secret.secretArn,
    });
    const schedule = new CfnRotationSchedule(this, 'Rotation', {
      secretId: this.secret.secretArn,
      rotationLambdaArn: lambda.functionArn,
      rotationRules: { automaticallyAfterDays: every.toDays() },
      rotateImmediatelyOnUpdate: true,
    });
    // The rotation starts with the schedule: by then the function must take the call.
    schedule.addResourceDependency(permission);
    return schedule;
  }
}
