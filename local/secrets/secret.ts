import { AwsError } from '../aws-endpoint.ts';

/** A version of a secret's value. A version without a value is one that a rotation has announced. */
export interface SecretVersion {
  readonly value?: string;
  readonly createdEpochMilliseconds: number;
  readonly stages: readonly string[];
}

/** A secret as it is stored. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  readonly createdEpochMilliseconds: number;
  readonly versions: Readonly<Record<string, SecretVersion>>;
  readonly rotation?: Rotation;
}

export interface Rotation {
  readonly functionArn: string;
  readonly scheduleExpression: string;
  readonly lastRotatedEpochMilliseconds?: number;
}

export const CURRENT = 'AWSCURRENT';
export const PREVIOUS = 'AWSPREVIOUS';
export const PENDING = 'AWSPENDING';

/** The version that carries a staging label: each label is on at most one. */
export function versionWith(secret: Secret, stage: string): string | undefined {
  return Object.keys(secret.versions).find((id) => secret.versions[id]?.stages.includes(stage));
}

/** The secret with a value under a version (Secrets Manager API reference, PutSecretValue). */
export function putValue(
  secret: Secret,
  { id, value, stages }: { readonly id: string; readonly value: string; readonly stages: readonly string[] },
  now: number,
): Secret {
  const existing = secret.versions[id];
  if (existing?.value !== undefined && existing.value !== value) {
    throw new AwsError(
      'ResourceExistsException',
      `A version with the ID ${id} already exists with another value.`,
    );
  }
  const version = { createdEpochMilliseconds: now, stages: existing?.stages ?? [], value };
  const withValue = { ...secret, versions: { ...secret.versions, [id]: version } };
  const labels = versionWith(secret, CURRENT) === undefined ? [...new Set([...stages, CURRENT])] : stages;
  return labels.reduce((labelled, stage) => moveStage(labelled, stage, id), withValue);
}

/**
 * The secret with a label on another version, or on none. Whatever loses AWSCURRENT becomes AWSPREVIOUS, and a version
 * without labels is deprecated and goes (Secrets Manager user guide, getting-started: "Version").
 */
export function moveStage(secret: Secret, stage: string, to: string | undefined): Secret {
  const from = versionWith(secret, stage);
  if (from === to) return secret;
  const relabel = (id: string, { stages, ...version }: SecretVersion): SecretVersion => {
    const kept = stages.filter((each) => each !== stage && !(stage === CURRENT && each === PREVIOUS));
    if (id === to) return { ...version, stages: [...kept, stage] };
    return { ...version, stages: stage === CURRENT && id === from ? [...kept, PREVIOUS] : kept };
  };
  const versions = Object.entries(secret.versions)
    .map(([id, version]) => [id, relabel(id, version)] as const)
    .filter(([, version]) => version.stages.length > 0);
  return { ...secret, versions: Object.fromEntries(versions) };
}
