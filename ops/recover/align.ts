import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import { type KeysetUse, keysetOf, type PublicKey } from '../../lambdas/signing/control-facts.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { type Keyset, parseKeyset, publication, publicKeys } from '../../lambdas/signing/keyset.ts';
import { currentKeyset, USES } from '../signing-keys.ts';
import { OpsError, type Target } from '../target.ts';

/** A use, the version of its keyset, and how many keys are published. */
export interface Alignment {
  readonly use: string;
  readonly version: number;
  readonly keys: number;
}

/**
 * Publishes in a table what the secrets hold: the two go apart when one of them is restored or replaced. Keys that have
 * begun to sign keep their date, as others know them; the others wait as after any publication. A revoked key stays
 * revoked. Gives what is published.
 */
export async function alignSigningKeys(
  { secrets, secretIds }: Pick<Target, 'secrets' | 'secretIds'>,
  table: Table,
  dryRun: boolean,
): Promise<Alignment[]> {
  const control = new ControlStore(table);
  const aligned: Alignment[] = [];
  for (const use of USES) {
    const keyset = parseKeyset(await currentKeyset(secretIds[use], { secrets }));
    const keys = published(keyset, (await control.read()).keys);
    if (!dryRun) await control.align(keyset.version, keys, use);
    aligned.push({ use, version: keyset.version, keys: keys.length });
  }
  return aligned;
}

/**
 * Gives this stack the keys that other secrets hold, such as the replicas of those of another Region, and publishes them.
 * Nobody who holds a token notices.
 */
export async function adoptSigningKeys(
  from: Readonly<Record<KeysetUse, string>>,
  target: Target,
): Promise<Alignment[]> {
  const { secrets, secretIds } = target;
  const keysets = await Promise.all(
    USES.map(async (use) => {
      const SecretString = await currentKeyset(from[use], target);
      if (parseKeyset(SecretString).keys.some((key) => keysetOf(key.use) === use))
        return { use, SecretString };
      throw new OpsError(`${from[use]} holds no key that signs ${use}s.`);
    }),
  );
  for (const { use, SecretString } of keysets)
    await secrets.send(new PutSecretValueCommand({ SecretId: secretIds[use], SecretString }));
  return alignSigningKeys(target, target.table, false);
}

function published(keyset: Keyset, before: readonly PublicKey[]): PublicKey[] {
  const now = systemClock();
  const signing = { ...keyset, keys: keyset.keys.filter(({ signsFrom }) => signsFrom <= now) };
  return publication(keyset, [...before, ...publicKeys(signing)], now);
}
