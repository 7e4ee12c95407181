import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Problem } from '../kernel/problem.ts';
import type { ControlFacts, KeysetUse } from './control-facts.ts';
import { type Keyset, parseKeyset, signingKeyset } from './keyset.ts';

/** Seconds for which an instance signs with a copy: far less than a key is published before it signs. */
const COPY_SECONDS = 60;

/** Deadlines inside the functions' own, as for DynamoDB. */
export function secretsClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
}

/** The keyset of one use in Secrets Manager, for the functions that sign. */
export class KeysetStore {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  readonly #use: KeysetUse;
  readonly #control: () => Promise<ControlFacts>;
  /** `version` is the one that was published when the copy was made: the copy itself may still be older. */
  #copy: { readonly keyset: Keyset; readonly version: number; readonly readAt: number } | undefined;

  /** `control` gives the deployment's facts, no older than they may be for a decision. */
  constructor(
    { secretId, use }: { readonly secretId: string; readonly use: KeysetUse },
    control: () => Promise<ControlFacts>,
    client: SecretsManagerClient = secretsClient(),
  ) {
    this.#secretId = secretId;
    this.#use = use;
    this.#control = control;
    this.#client = client;
  }

  /**
   * The present keyset, as far as it may sign now. The copy is at most {@link COPY_SECONDS} old, and made anew when another
   * version is published; a revocation holds at once. Throws `unavailable` when either cannot be read.
   */
  readonly present = async (): Promise<Keyset> => {
    const facts = await this.#facts();
    const version = this.#use === 'token' ? facts.version : (facts.assertionVersion ?? 0);
    return signingKeyset(await this.#read(version), facts);
  };

  async #facts(): Promise<ControlFacts> {
    try {
      return await this.#control();
    } catch (error) {
      throw error instanceof Problem ? error : new Problem('unavailable', { cause: error });
    }
  }

  async #read(version: number): Promise<Keyset> {
    const readAt = performance.now();
    const copy = this.#copy;
    if (copy?.version === version && readAt - copy.readAt < COPY_SECONDS * 1000) return copy.keyset;
    try {
      const { SecretString = '{}' } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: this.#secretId, VersionStage: 'AWSCURRENT' }),
      );
      const keyset = parseKeyset(SecretString);
      // One that a rotation is about to replace is not remembered: the keys that sign next are not in it.
      this.#copy =
        keyset.version < version || keyset.keys.length === 0 ? undefined : { keyset, version, readAt };
      return keyset;
    } catch (error) {
      throw new Problem('unavailable', { cause: error });
    }
  }

  /** Throws when Secrets Manager does not answer for the secret; reads nothing of it. */
  async check(): Promise<void> {
    await this.#client.send(new DescribeSecretCommand({ SecretId: this.#secretId }));
  }
}
