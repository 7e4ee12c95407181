import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { FACTS_SECONDS } from '../lambdas/kernel/freshness.ts';
import {
  type ControlFacts,
  type KeysetUse,
  type KeyUse,
  keysetOf,
} from '../lambdas/signing/control-facts.ts';
import { ControlStore } from '../lambdas/signing/control-store.ts';
import { type KeyRow, keyRows, signer } from '../lambdas/signing/key-states.ts';
import { JWKS_MAX_AGE_SECONDS, URGENT_PUBLICATION_SECONDS } from '../lambdas/signing/keyset.ts';
import { OpsError, type Target } from './target.ts';

/** Milliseconds beyond an instance's copy of the facts: for a copy that is being looked at. */
const MARGIN_MILLISECONDS = 500;
const POLL_MILLISECONDS = 250;
const ROTATION_TIMEOUT_MILLISECONDS = 120_000;

/** Each has a secret and a rotation of its own. */
export const USES = ['token', 'assertion'] as const satisfies readonly KeysetUse[];

/** The keyset that a secret holds now, as it stands there: with the private keys. */
export async function currentKeyset(SecretId: string, { secrets }: Pick<Target, 'secrets'>): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' });
  return (await secrets.send(command)).SecretString ?? '{}';
}

export interface SigningKeysReport {
  readonly version: number;
  readonly assertionVersion: number;
  readonly keys: readonly KeyRow[];
  readonly nextRotation: Date | null;
}

/** Lists the signing keys, without reading a private one. */
export async function signingKeys(target: Target, now = seconds()): Promise<SigningKeysReport> {
  const control = await new ControlStore(target.table).read();
  return {
    version: versionOf(control, 'token'),
    assertionVersion: versionOf(control, 'assertion'),
    keys: keyRows(control, now),
    nextRotation: await nextRotation(target),
  };
}

/** Rotates the keys of all uses now. Answers when the new keys are published and current. */
export async function rotate(target: Target, log: (line: string) => void): Promise<void> {
  for (const use of USES) await rotateUse(use, target, log);
}

async function rotateUse(use: KeysetUse, target: Target, log: (line: string) => void): Promise<void> {
  const control = new ControlStore(target.table);
  const version = async () => versionOf(await control.read(), use);
  const before = await version();
  await startRotation(use, target);
  const deadline = Date.now() + ROTATION_TIMEOUT_MILLISECONDS;
  while (!((await version()) > before && (await isSettled(use, target)))) {
    if (Date.now() > deadline)
      throw new OpsError('The rotation has not ended in time. Its function logs why.');
    await sleep(POLL_MILLISECONDS);
  }
  log(`Rotated: the keyset of ${use}s has version ${await version()}.`);
}

function versionOf({ version, assertionVersion = 0 }: ControlFacts, use: KeysetUse): number {
  return use === 'token' ? version : assertionVersion;
}

/**
 * Revokes a key for good. Answers when nothing that it signed is accepted anywhere any more, and others sign.
 * The revocation holds from the first write on, whatever becomes of the rotation after it.
 */
export async function revoke(kid: string, target: Target, log: (line: string) => void): Promise<void> {
  const control = new ControlStore(target.table);
  const key = (await control.read()).keys.find((candidate) => candidate.kid === kid);
  // A mistyped kid must not look like a revocation.
  if (key === undefined) throw new OpsError(`There is no signing key ${kid}. "signing-keys" lists them.`);
  await control.revoke(kid);
  const revokedAt = performance.now();
  log(`Revoked ${kid}. Instances forget it within ${FACTS_SECONDS} seconds.`);
  // A rotation that had begun before may have made its keys without knowing of the revocation.
  for (
    let attempt = 1;
    needsKey(key.use, await control.read()) || (attempt === 1 && (await holds(kid, target)));
    attempt += 1
  ) {
    if (attempt > 3) throw new OpsError('The key is revoked, and no other can sign: rotate again.');
    await rotateUse(keysetOf(key.use), target, log);
  }
  // Verifiers of assertions may keep our JWKS for as long as its `max-age` says.
  const seconds = key.use === 'assertion' ? JWKS_MAX_AGE_SECONDS + FACTS_SECONDS : FACTS_SECONDS;
  if (key.use === 'assertion')
    log(`Upstreams may hold the JWKS for ${JWKS_MAX_AGE_SECONDS} seconds: waiting.`);
  await sleep(Math.max(0, revokedAt + seconds * 1000 + MARGIN_MILLISECONDS - performance.now()));
  log(`From now on nothing that ${kid} signed is accepted.`);
}

function needsKey(use: KeyUse, control: ControlFacts): boolean {
  return signer(control, use, seconds() + URGENT_PUBLICATION_SECONDS) === undefined;
}

/** Whether the keyset still contains the key, so that a rotation is due that drops it. */
async function holds(kid: string, { table }: Target): Promise<boolean> {
  return (await new ControlStore(table).read()).keys.some((key) => key.kid === kid);
}

async function startRotation(use: KeysetUse, { secrets, secretIds }: Target): Promise<void> {
  try {
    await secrets.send(new RotateSecretCommand({ SecretId: secretIds[use] }));
  } catch (error) {
    // One is under way, and is taken up again: that is what was asked for.
    if (!(error instanceof Error) || error.name !== 'InvalidRequestException') throw error;
  }
}

/** Whether no version is pending beside the current one. */
async function isSettled(use: KeysetUse, { secrets, secretIds }: Target): Promise<boolean> {
  const command = new DescribeSecretCommand({ SecretId: secretIds[use] });
  const { VersionIdsToStages = {} } = await secrets.send(command);
  return Object.values(VersionIdsToStages).every(
    (stages) => !stages.includes('AWSPENDING') || stages.includes('AWSCURRENT'),
  );
}

/** The one that comes first. */
async function nextRotation(target: Target): Promise<Date | null> {
  const dates = await Promise.all(USES.map((use) => nextRotationOf(use, target)));
  return dates.reduce((first, date) => (first === null || (date !== null && date < first) ? date : first));
}

async function nextRotationOf(use: KeysetUse, { secrets, secretIds }: Target): Promise<Date | null> {
  const { NextRotationDate, LastRotatedDate, RotationRules } = await secrets.send(
    new DescribeSecretCommand({ SecretId: secretIds[use] }),
  );
  if (NextRotationDate !== undefined) return NextRotationDate;
  const days = RotationRules?.AutomaticallyAfterDays ?? daysOf(RotationRules?.ScheduleExpression);
  if (LastRotatedDate === undefined || days === undefined) return null;
  return new Date(LastRotatedDate.getTime() + days * 86_400_000);
}

/** Of `rate(30 days)`. */
function daysOf(expression = ''): number | undefined {
  const days = /^rate\((\d+) days?\)$/.exec(expression)?.[1];
  return days === undefined ? undefined : Number(days);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
