import type { ControlFacts, KeyUse, PublicKey } from './control-facts.ts';
import { signingKey } from './keyset.ts';

export type KeyState = 'next' | 'signs' | 'retired' | 'revoked';

export interface KeyRow extends Pick<PublicKey, 'kid' | 'use' | 'algorithm'> {
  readonly state: KeyState;
  /** Null where an older version has published the key. */
  readonly ageSeconds: number | null;
}

/** The signing keys that a deployment publishes, and what each is for at `now` (Unix seconds). */
export function keyRows(control: ControlFacts, now: number): readonly KeyRow[] {
  return control.keys.map((key) => ({
    kid: key.kid,
    use: key.use,
    algorithm: key.algorithm,
    state: stateOf(key, control, now),
    ageSeconds: key.createdAt === undefined ? null : now - key.createdAt,
  }));
}

function stateOf(key: PublicKey, control: ControlFacts, now: number): KeyState {
  if (control.revokedKids.has(key.kid)) return 'revoked';
  if (key.signsFrom !== undefined && key.signsFrom > now) return 'next';
  return signer(control, key.use, now) === key.kid ? 'signs' : 'retired';
}

/** The id of the key that signs for a use at `now`; undefined while none can. */
export function signer({ keys, revokedKids }: ControlFacts, use: KeyUse, now: number): string | undefined {
  const dated = keys.flatMap((key) =>
    key.signsFrom === undefined || revokedKids.has(key.kid)
      ? []
      : [{ ...key, createdAt: key.createdAt ?? 0, signsFrom: key.signsFrom, jwk: {} }],
  );
  return signingKey({ version: 0, keys: dated }, use, now)?.kid;
}
