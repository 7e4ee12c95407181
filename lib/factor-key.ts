import type { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, ArnPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KEY_ADMINISTRATION } from './key-vault.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface FactorKeyProps {
  /** Removal policy of the key in KMS when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** Every use names a tenant and a person: what is encrypted for one is no use for another. */
const FOR_ONE_PERSON = {
  StringLike: { 'kms:EncryptionContext:tenant': '?*', 'kms:EncryptionContext:person': '?*' },
};

/**
 * The key that encrypts the secrets of authenticator apps: who reads the table, a backup or the stream has no code of
 * anybody. By the key's own policy one role uses it (ADR 0140).
 */
export class FactorKey extends Construct {
  private readonly key: Key;

  constructor(scope: Construct, id: string, props: FactorKeyProps) {
    super(scope, id);
    const administration = new PolicyStatement({
      principals: [new AccountRootPrincipal()],
      actions: [...KEY_ADMINISTRATION],
      resources: ['*'],
    });
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the secrets of authenticator apps',
      enableKeyRotation: true,
      // A key of one Region cannot be made one of several later (AWS KMS, "Multi-Region keys").
      multiRegion: true,
      removalPolicy: props.removalPolicy,
      policy: new PolicyDocument({ statements: [administration] }),
    });
  }

  /** Lets a function encrypt and decrypt, and tells it the key. */
  grant(grantee: LatchkeyFunction): void {
    const use = { actions: ['kms:Decrypt', 'kms:Encrypt'], conditions: FOR_ONE_PERSON };
    grantee.allow(
      new PolicyStatement({ ...use, resources: [this.key.keyArn] }),
      'FACTOR_KEY_ARN',
      this.key.keyArn,
    );
    const principals = [new ArnPrincipal(grantee.lambda.role?.roleArn ?? '')];
    this.key.addToResourcePolicy(new PolicyStatement({ ...use, principals, resources: ['*'] }));
  }
}
