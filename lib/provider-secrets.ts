import { CfnOutput, type RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IdentityProvider } from '../lambdas/contract/deployment.ts';
import { keyUse } from './encryption-key.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface ProviderSecretsProps {
  readonly providers: readonly {
    readonly signIn: Pick<NonNullable<IdentityProvider['signIn']>, 'id' | 'label' | 'authentication'> | null;
  }[];
  /** Removal policy of the secrets when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts them. @default - AWS's own */
  readonly encryptionKey?: IKey;
}

/**
 * The secrets by which we prove to identity providers who we are, one each, with an output that names it. A stack that is
 * deployed has none yet: whoever has it from the provider puts it there, and no template holds it.
 */
export class ProviderSecrets extends Construct {
  private readonly byId: ReadonlyMap<string, Secret>;

  constructor(
    scope: Construct,
    id: string,
    { providers, removalPolicy, encryptionKey }: ProviderSecretsProps,
  ) {
    super(scope, id);
    const proven = providers.flatMap(({ signIn }) => (signIn?.authentication === 'secret' ? [signIn] : []));
    this.byId = new Map(
      proven.map((signIn) => {
        const secret = new Secret(this, signIn.id, {
          description: `The client secret that ${signIn.label} has given us`,
          // Not a secret: what stands there until one is put in its place.
          secretStringValue: SecretValue.unsafePlainText('{}'),
          removalPolicy,
          ...(encryptionKey === undefined ? {} : { encryptionKey }),
        });
        Validations.of(secret).acknowledge({
          id: 'AwsSolutions-SMG4',
          reason: 'The provider makes the secret: a new one is made there, and put here.',
        });
        const name = signIn.id.replaceAll(/(^|-)(.)/g, (_all, _dash, first: string) => first.toUpperCase());
        new CfnOutput(scope, `ProviderSecret${name}`, { value: secret.secretArn });
        return [signIn.id, secret];
      }),
    );
  }

  /** Lets a function read them, and tells it which is whose. */
  grant(grantee: LatchkeyFunction): void {
    const secrets = [...this.byId.values()];
    if (secrets.length === 0) return;
    const encryptionKey = secrets[0]?.encryptionKey;
    if (encryptionKey !== undefined) grantee.lambda.addToRolePolicy(keyUse(encryptionKey, 'secretsmanager'));
    const statement = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map(({ secretArn }) => secretArn),
    });
    const arns = Object.fromEntries([...this.byId].map(([id, { secretArn }]) => [id, secretArn]));
    grantee.allow(statement, 'PROVIDER_SECRET_ARN', Stack.of(this).toJsonString(arns));
  }
}
