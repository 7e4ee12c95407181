import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

interface Version {
  readonly value?: string;
  readonly stages: readonly string[];
}

/** One secret as Secrets Manager keeps it, in memory, that can lose a call before or after it has been carried out. */
export class FakeSecret {
  readonly versions = new Map<string, Version>();
  rotationEnabled = true;
  calls = 0;
  /** The number of the call that is lost, and when. */
  lost: { readonly call: number; readonly when: 'before' | 'after' } | undefined;

  constructor(value: string) {
    this.versions.set('v0', { value, stages: ['AWSCURRENT'] });
  }

  /** As the service does before the first step. */
  announce(token: string): void {
    this.versions.set(token, { stages: ['AWSPENDING'] });
  }

  get client(): SecretsManagerClient {
    return { send: (command: Command) => this.#send(command) } as unknown as SecretsManagerClient;
  }

  valueOf(stage: string): string {
    return this.#with(stage)?.[1].value ?? '';
  }

  #with(stage: string): [string, Version] | undefined {
    return [...this.versions].find(([, { stages }]) => stages.includes(stage));
  }

  async #send({ constructor: { name }, input }: Command): Promise<unknown> {
    this.calls += 1;
    const lost = this.lost?.call === this.calls ? this.lost.when : undefined;
    await new Promise((resolve) => setImmediate(resolve));
    if (lost === 'before') throw new Error('killed');
    const answer = this.#carryOut(name, input);
    if (lost === 'after') throw new Error('killed');
    return answer;
  }

  #carryOut(name: string, input: Record<string, string & string[]>): unknown {
    switch (name) {
      case 'DescribeSecretCommand':
        return {
          RotationEnabled: this.rotationEnabled,
          VersionIdsToStages: Object.fromEntries([...this.versions].map(([id, { stages }]) => [id, stages])),
        };
      case 'GetSecretValueCommand': {
        const { VersionId, VersionStage = '' } = input;
        const version =
          VersionId === undefined ? this.#with(VersionStage)?.[1] : this.versions.get(VersionId);
        if (version?.value === undefined || !version.stages.includes(VersionStage))
          throw named('ResourceNotFoundException');
        return { SecretString: version.value };
      }
      case 'PutSecretValueCommand': {
        const { ClientRequestToken = '', SecretString = '', VersionStages = [] } = input;
        const there = this.versions.get(ClientRequestToken)?.value;
        if (there !== undefined && there !== SecretString) throw named('ResourceExistsException');
        this.versions.set(ClientRequestToken, { value: SecretString, stages: VersionStages });
        return {};
      }
      case 'UpdateSecretVersionStageCommand':
        return this.#move(input.MoveToVersionId ?? '', input.RemoveFromVersionId);
      default:
        throw new Error(name);
    }
  }

  #move(to: string, from: string | undefined): object {
    const holder = this.#with('AWSCURRENT')?.[0];
    if (holder !== from) throw named('InvalidParameterException');
    for (const [id, version] of this.versions) {
      const kept = version.stages.filter((stage) => stage !== 'AWSCURRENT' && stage !== 'AWSPREVIOUS');
      const stages = id === to ? [...kept, 'AWSCURRENT'] : id === from ? [...kept, 'AWSPREVIOUS'] : kept;
      this.versions.set(id, { ...version, stages });
    }
    return {};
  }
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, string & string[]>;
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
