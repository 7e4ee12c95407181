import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import type { PublicKey } from '../../lambdas/signing/control-facts.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { type Keyset, parseKeyset, publication, publicKeys } from '../../lambdas/signing/keyset.ts';
import { USES } from '../signing-keys.ts';
import type { Target } from '../target.ts';

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
    const command = new GetSecretValueCommand({ SecretId: secretIds[use], VersionStage: 'AWSCURRENT' });
    const keyset = parseKeyset((await secrets.send(command)).SecretString ?? '{}');
    const keys = published(keyset, (await control.read()).keys);
    if (!dryRun) await control.align(keyset.version, keys, use);
    aligned.push({ use, version: keyset.version, keys: keys.length });
  }
  return aligned;
}

function published(keyset: Keyset, before: readonly PublicKey[]): PublicKey[] {
  const now = systemClock();
  const signing = { ...keyset, keys: keyset.keys.filter(({ signsFrom }) => signsFrom <= now) };
  return publication(keyset, [...before, ...publicKeys(signing)], now);
}
