import { type Keyset, parseKeyset } from '../domain/keyset.ts';
import type { SymmetricKeys } from '../domain/tokens.ts';

/**
 * The secrets of HS256 keys, for the profile that needs them. A published `kid` that our copy lacks is looked up in
 * the secret once for each published version; a forged one never is. `read` gives the text of a version of the secret.
 */
export function symmetricKeys(read: (stage: 'AWSCURRENT' | 'AWSPENDING') => Promise<string>): SymmetricKeys {
  const known = new Map<string, Uint8Array>();
  let reading: Promise<void> | undefined;

  async function learn(kid: string): Promise<void> {
    // Between the publication and the end of a rotation the new keys stand in AWSPENDING alone.
    for (const stage of ['AWSCURRENT', 'AWSPENDING'] as const) {
      remember(parseKeyset(await read(stage)));
      if (known.has(kid)) return;
    }
  }

  function remember(keyset: Keyset): void {
    for (const { kid, algorithm, jwk } of keyset.keys) {
      if (algorithm === 'HS256' && jwk.k !== undefined) known.set(kid, Buffer.from(jwk.k, 'base64url'));
    }
  }

  return async (kid) => {
    if (!known.has(kid)) await (reading ??= learn(kid).finally(() => (reading = undefined)));
    return known.get(kid);
  };
}
