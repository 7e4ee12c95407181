import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { ControlFacts, KeysetUse } from './control-facts.ts';
import { KeysetCopy } from './keyset-copy.ts';

/** Deadlines inside the functions' own, as for DynamoDB. */
export function secretsClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
}

/** The keyset of one use in Secrets Manager, for the functions that sign. */
export class KeysetStore extends KeysetCopy {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;

  /** `control` gives the deployment's facts, no older than they may be for a decision. */
  constructor(
    { secretId, use }: { readonly secretId: string; readonly use: KeysetUse },
    control: () => Promise<ControlFacts>,
    client: SecretsManagerClient = secretsClient(),
  ) {
    super(use, control, async () => {
      const { SecretString = '{}' } = await client.send(
        new GetSecretValueCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT' }),
      );
      return SecretString;
    });
    this.#client = client;
    this.#secretId = secretId;
  }

  /** Throws when Secrets Manager does not answer for the secret; reads nothing of it. */
  async check(): Promise<void> {
    await this.#client.send(new DescribeSecretCommand({ SecretId: this.#secretId }));
  }
}
