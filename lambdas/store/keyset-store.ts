import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Problem } from '../domain/errors.ts';
import { type Keyset, parseKeyset } from '../domain/keyset.ts';

/** Seconds for which an instance signs with a copy: far less than a key is published before it signs. */
const COPY_SECONDS = 60;

/** Deadlines inside the functions' own, as for DynamoDB. */
export function secretsClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
}

/** The keyset in Secrets Manager, for the functions that sign. */
export class KeysetStore {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  #copy: { readonly keyset: Keyset; readonly readAt: number } | undefined;

  constructor(secretId: string, client: SecretsManagerClient = secretsClient()) {
    this.#secretId = secretId;
    this.#client = client;
  }

  /** The present keyset, at most {@link COPY_SECONDS} old. Throws `unavailable` when the secret cannot be read. */
  readonly present = async (): Promise<Keyset> => {
    const readAt = performance.now();
    if (this.#copy !== undefined && readAt - this.#copy.readAt < COPY_SECONDS * 1000)
      return this.#copy.keyset;
    try {
      const { SecretString = '{}' } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: this.#secretId, VersionStage: 'AWSCURRENT' }),
      );
      const keyset = parseKeyset(SecretString);
      // An empty keyset is about to be filled by the first rotation, so it is not remembered.
      this.#copy = keyset.keys.length === 0 ? undefined : { keyset, readAt };
      return keyset;
    } catch (error) {
      throw new Problem('unavailable', { cause: error });
    }
  };

  /** Throws when Secrets Manager does not answer for the secret; reads nothing of it. */
  async check(): Promise<void> {
    await this.#client.send(new DescribeSecretCommand({ SecretId: this.#secretId }));
  }
}
