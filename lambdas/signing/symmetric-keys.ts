import { type Keyset, parseKeyset } from './keyset.ts';
import type { SymmetricKeys } from './tokens.ts';

/**
 * The secrets of HS256 keys, for the profile that needs them. A published `kid` that our copy lacks is looked up in
 * the secret once for each version that is published; a forged one never is. `read` gives the text of a stage of the secret.
 */
export function symmetricKeys(read: (stage: 'AWSCURRENT' | 'AWSPENDING') => Promise<string>): SymmetricKeys {
  const known = new Map<string, Uint8Array>();
  /** The look-ups of a published version, by `kid`. */
  let lookups = { version: -1, byKid: new Map<string, Promise<void>>() };

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

  return async (kid, version) => {
    if (!known.has(kid)) {
      if (lookups.version !== version) lookups = { version, byKid: new Map() };
      const { byKid } = lookups;
      const lookup = byKid.get(kid) ?? learn(kid);
      byKid.set(kid, lookup);
      // A failed read is repeated by the next request.
      await lookup.catch((error) => {
        byKid.delete(kid);
        throw error;
      });
    }
    return known.get(kid);
  };
}
