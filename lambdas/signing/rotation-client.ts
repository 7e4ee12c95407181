import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../kernel/clock.ts';
import { type ControlFacts, type KeysetUse, keysetOf } from './control-facts.ts';
import type { ControlStore } from './control-store.ts';
import {
  asPublished,
  type Keyset,
  type KeysetPlan,
  nextKeyset,
  parseKeyset,
  publication,
  signingKey,
  signingKeyset,
  URGENT_PUBLICATION_SECONDS,
} from './keyset.ts';

/** The event that Secrets Manager sends (Secrets Manager user guide, "Rotation function"). */
export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  /** The version that this rotation makes. */
  readonly ClientRequestToken: string;
}

export interface RotationContext {
  readonly secrets: SecretsManagerClient;
  readonly secretId: string;
  /** The use of the secret's keys. */
  readonly use: KeysetUse;
  /** The secret that held keys of this use before: those are taken over by the first rotation. @default - none did */
  readonly predecessorId?: string;
  readonly control: ControlStore;
  readonly plan: Omit<KeysetPlan, 'keyset'>;
  readonly clock: Clock;
}

/** The four steps. Each can be repeated: Secrets Manager starts again from the first after any failure. */
const STEPS: Readonly<Record<string, (token: string, context: RotationContext) => Promise<void>>> = {
  createSecret: createPending,
  setSecret: publishPending,
  testSecret: testPending,
  finishSecret: makePendingCurrent,
};

/** Runs one step. Throws when the event is not of a rotation that Secrets Manager has begun for our secret. */
export async function rotate(event: RotationEvent, context: RotationContext): Promise<void> {
  const step = Object.hasOwn(STEPS, event.Step) ? STEPS[event.Step] : undefined;
  if (step === undefined) throw new Error(`There is no rotation step ${event.Step}.`);
  if (event.SecretId !== context.secretId) throw new Error('The event is for another secret.');
  const stages = (await stagesOf(context))[event.ClientRequestToken];
  if (stages === undefined) throw new Error('The version to rotate to is not known to Secrets Manager.');
  if (stages.includes('AWSCURRENT')) return;
  if (!stages.includes('AWSPENDING')) throw new Error('The version to rotate to is not staged AWSPENDING.');
  await step(event.ClientRequestToken, context);
}

/** Makes the next keyset, unless an earlier attempt has. */
async function createPending(token: string, context: RotationContext): Promise<void> {
  const { secrets, secretId, use, control, plan, clock } = context;
  try {
    await readPending(token, context);
    return;
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
  }
  const facts = await control.read();
  const current = asPublished(await presentKeyset(facts, context), facts.keys);
  const next = await nextKeyset(current, { ...plan, keyset: use }, clock(), facts.revokedKids);
  try {
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: secretId,
        ClientRequestToken: token,
        SecretString: JSON.stringify(next),
        VersionStages: ['AWSPENDING'],
      }),
    );
  } catch (error) {
    // Of two runs at once one writes the version, and both go on with what it holds.
    if (!isNamed(error, 'ResourceExistsException')) throw error;
    await readPending(token, context);
  }
}

/**
 * The keys that the secret holds for its use. Of another use it holds what it did when both had one secret, until that
 * use's own has taken them over.
 */
async function presentKeyset(facts: ControlFacts, context: RotationContext): Promise<Keyset> {
  const { secretId, use, predecessorId } = context;
  const own = await readCurrent(secretId, context);
  const isTakenOver = facts.assertionVersion !== undefined;
  const kept = own.keys.filter((key) => keysetOf(key.use) === use || !isTakenOver);
  if (kept.length > 0 || predecessorId === undefined) return { ...own, keys: kept };
  const { keys } = await readCurrent(predecessorId, context);
  return { ...own, keys: keys.filter((key) => keysetOf(key.use) === use) };
}

async function readCurrent(SecretId: string, { secrets }: RotationContext): Promise<Keyset> {
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
  );
  return parseKeyset(SecretString);
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Publishes the public halves: verifiers know every key before anything is signed with it. */
async function publishPending(token: string, context: RotationContext): Promise<void> {
  const pending = await readPending(token, context);
  const { keys } = await context.control.read();
  const published = publication(pending, keys, context.clock());
  await context.control.publish(pending.version, published, context.use);
}

/** Refuses a keyset that could not sign, or that verifiers would not know. */
async function testPending(token: string, context: RotationContext): Promise<void> {
  const { use } = context;
  const control = await context.control.read();
  const pending = await readPending(token, context);
  const published = new Set(control.keys.map(({ kid }) => kid));
  const isPublished = pending.keys.every((key) => keysetOf(key.use) !== use || published.has(key.kid));
  const version = use === 'token' ? control.version : (control.assertionVersion ?? 0);
  if (version < pending.version || (version === pending.version && !isPublished))
    throw new Error('The pending keyset is not published.');
  // The successor of a revoked key signs in a moment.
  const soon = context.clock() + URGENT_PUBLICATION_SECONDS;
  if (signingKey(signingKeyset(pending, control), use, soon) === undefined)
    throw new Error(`No key for use ${use} can sign.`);
}

/** Moves AWSCURRENT; Secrets Manager then moves AWSPREVIOUS. */
async function makePendingCurrent(token: string, context: RotationContext): Promise<void> {
  const { secrets, secretId } = context;
  const current = Object.entries(await stagesOf(context)).find(([, stages]) =>
    stages.includes('AWSCURRENT'),
  )?.[0];
  if (current === token) return;
  try {
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: token,
        ...(current === undefined ? {} : { RemoveFromVersionId: current }),
      }),
    );
  } catch (error) {
    // Of two runs at once one moves the stage; the other finds it moved.
    if (!(await stagesOf(context))[token]?.includes('AWSCURRENT')) throw error;
  }
}

async function stagesOf({ secrets, secretId }: RotationContext): Promise<Record<string, string[]>> {
  const { VersionIdsToStages, RotationEnabled } = await secrets.send(
    new DescribeSecretCommand({ SecretId: secretId }),
  );
  if (RotationEnabled !== true) throw new Error('Rotation is not enabled for the secret.');
  return VersionIdsToStages ?? {};
}

async function readPending(token: string, { secrets, secretId }: RotationContext): Promise<Keyset> {
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: secretId, VersionId: token, VersionStage: 'AWSPENDING' }),
  );
  return parseKeyset(SecretString);
}
