import { secretReader } from '../kernel/secrets-http.ts';
import type { ControlFacts, KeysetUse } from './control-facts.ts';
import { KeysetCopy } from './keyset-copy.ts';

/** Milliseconds for each of two attempts, inside the functions' own deadlines, as for DynamoDB. */
const ATTEMPT_TIMEOUT_MS = 2_000;

/**
 * The keyset of one use in Secrets Manager, for the functions that sign.
 * @param control gives the deployment's facts, no older than they may be for a decision
 */
export function keysetInSecret(
  { secretId, use }: { readonly secretId: string; readonly use: KeysetUse },
  control: () => Promise<ControlFacts>,
): KeysetCopy {
  const read = secretReader(secretId, undefined, ATTEMPT_TIMEOUT_MS);
  return new KeysetCopy(use, control, () => read('AWSCURRENT'));
}
