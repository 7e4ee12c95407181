import { randomUUID } from 'node:crypto';
import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import { arn, stableId } from '../cloudformation/identities.ts';
import type { SecretRotation } from './rotation.ts';
import { CURRENT, moveStage, PENDING, putValue, type Secret, versionWith } from './secret.ts';
import type { SecretStore } from './store.ts';

interface Input {
  readonly SecretId: string;
  readonly Name?: string;
  readonly Description?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly ClientRequestToken?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly VersionStages?: readonly string[];
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
}

/** The actions of Secrets Manager that the stack serves, with the answers and error names of its API reference. */
export class SecretsManagerApi {
  readonly #store: SecretStore;
  readonly #rotation: SecretRotation;

  constructor(store: SecretStore, rotation: SecretRotation) {
    this.#store = store;
    this.#rotation = rotation;
  }

  async serve(call: AwsCall): Promise<AwsAnswer> {
    const input = JSON.parse(call.body.toString('utf8') || '{}') as Input;
    const action = Object.hasOwn(this.#actions, call.action) ? this.#actions[call.action] : undefined;
    if (action === undefined) {
      throw new AwsError(
        'UnknownOperationException',
        `${call.action} is not served by the local stack.`,
        400,
      );
    }
    return { status: 200, body: JSON.stringify(action(input)) };
  }

  readonly #actions: Readonly<Record<string, (input: Input) => object>> = {
    CreateSecret: (input) => this.#create(input),
    DescribeSecret: (input) => describe(this.#store.get(input.SecretId)),
    GetSecretValue: (input) => this.#getValue(input),
    ListSecretVersionIds: (input) => listVersions(this.#store.get(input.SecretId)),
    PutSecretValue: (input) => this.#putValue(input),
    RotateSecret: (input) => this.#rotate(input),
    UpdateSecretVersionStage: (input) => this.#updateStage(input),
  };

  #create({ Name = '', Description, SecretString, ClientRequestToken }: Input): object {
    if (this.#store.all().some(({ name }) => name === Name)) {
      throw new AwsError(
        'ResourceExistsException',
        `The operation failed because the secret ${Name} already exists.`,
      );
    }
    const created: Secret = {
      arn: arn('secretsmanager', `secret:${Name}-${stableId({ stackName: '', logicalId: Name }, 6)}`),
      name: Name,
      createdEpochMilliseconds: this.#store.now(),
      versions: {},
      ...(Description === undefined ? {} : { description: Description }),
    };
    this.#store.save(created);
    if (SecretString === undefined) return { ARN: created.arn, Name };
    return this.#putValue({
      SecretId: created.arn,
      SecretString,
      ...(ClientRequestToken && { ClientRequestToken }),
    });
  }

  #getValue({ SecretId, VersionId, VersionStage }: Input): object {
    const secret = this.#store.get(SecretId);
    const stage = VersionStage ?? (VersionId === undefined ? CURRENT : undefined);
    const id = VersionId ?? versionWith(secret, stage ?? CURRENT);
    const version = id === undefined ? undefined : secret.versions[id];
    if (version?.value === undefined || (stage !== undefined && !version.stages.includes(stage))) {
      const sought = stage === undefined ? `VersionId: ${id}` : `staging label: ${stage}`;
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${sought}`,
      );
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: id,
      SecretString: version.value,
      VersionStages: version.stages,
      CreatedDate: version.createdEpochMilliseconds / 1000,
    };
  }

  #putValue({ SecretId, SecretString, SecretBinary, ClientRequestToken, VersionStages }: Input): object {
    if (SecretString === undefined || SecretBinary !== undefined) {
      throw new AwsError('InvalidRequestException', 'The local stack stores SecretString only.');
    }
    const id = ClientRequestToken ?? randomUUID();
    const secret = putValue(
      this.#store.get(SecretId),
      { id, value: SecretString, stages: VersionStages ?? [CURRENT] },
      this.#store.now(),
    );
    this.#store.save(secret);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: secret.versions[id]?.stages };
  }

  #updateStage({ SecretId, VersionStage = '', MoveToVersionId, RemoveFromVersionId }: Input): object {
    const secret = this.#store.get(SecretId);
    if (MoveToVersionId !== undefined && secret.versions[MoveToVersionId] === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret version.",
      );
    }
    const holder = versionWith(secret, VersionStage);
    if (holder !== RemoveFromVersionId && holder !== MoveToVersionId && holder !== undefined) {
      throw new AwsError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be empty or wrong. Staging label ${VersionStage} is currently attached to version ${holder}.`,
      );
    }
    const moved = this.#store.save(moveStage(secret, VersionStage, MoveToVersionId));
    return { ARN: moved.arn, Name: moved.name };
  }

  #rotate({ SecretId, ClientRequestToken }: Input): object {
    const secret = this.#store.get(SecretId);
    if (secret.rotation === undefined) {
      throw new AwsError(
        'InvalidRequestException',
        'No Lambda rotation function ARN is associated with this secret.',
      );
    }
    const pending = versionWith(secret, PENDING);
    const blocked = pending !== undefined && pending !== versionWith(secret, CURRENT);
    // As the service does, the call answers at once and the steps follow.
    this.#rotation.start(secret.arn, ClientRequestToken);
    if (blocked) {
      throw new AwsError(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    }
    return { ARN: secret.arn, Name: secret.name };
  }
}

function describe(secret: Secret): object {
  const stages = Object.entries(secret.versions).map(([id, version]) => [id, version.stages]);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    CreatedDate: secret.createdEpochMilliseconds / 1000,
    RotationEnabled: secret.rotation !== undefined,
    RotationLambdaARN: secret.rotation?.functionArn,
    RotationRules: secret.rotation && { ScheduleExpression: secret.rotation.scheduleExpression },
    LastRotatedDate:
      secret.rotation?.lastRotatedEpochMilliseconds && secret.rotation.lastRotatedEpochMilliseconds / 1000,
    VersionIdsToStages: Object.fromEntries(stages),
  };
}

function listVersions(secret: Secret): object {
  const Versions = Object.entries(secret.versions).map(([VersionId, version]) => ({
    VersionId,
    VersionStages: version.stages,
    CreatedDate: version.createdEpochMilliseconds / 1000,
  }));
  return { ARN: secret.arn, Name: secret.name, Versions };
}
