import type { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { LatchkeyFunction } from './latchkey-function.ts';
import { ReservedKey } from './reserved-key.ts';

export interface FactorKeyProps {
  /** Removal policy of the key in KMS when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The key that encrypts the secrets of authenticator apps: who reads the table, a backup or the stream has no code of
 * anybody. By the key's own policy one role uses it (ADR 0140).
 */
export class FactorKey extends Construct {
  private readonly key: ReservedKey;

  constructor(scope: Construct, id: string, { removalPolicy }: FactorKeyProps) {
    super(scope, id);
    this.key = new ReservedKey(this, 'Key', {
      description: 'Encrypts the secrets of authenticator apps',
      context: { tenant: '?*', person: '?*' },
      // A key of one Region cannot be made one of several later (AWS KMS, "Multi-Region keys").
      multiRegion: true,
      removalPolicy,
    });
  }

  /** Lets a function encrypt and decrypt, and tells it the key. */
  grant(grantee: LatchkeyFunction): void {
    this.key.letUse(grantee, ['Decrypt', 'Encrypt'], 'FACTOR_KEY_ARN');
  }
}
