import { createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import type { PublicKey } from './tenant-facts.ts';

/**
 * Seconds between the publication of a key and its first signature: verifiers see `CONTROL` within two seconds,
 * and whoever caches the JWKS asks again within {@link JWKS_MAX_AGE_SECONDS}.
 */
export const PUBLICATION_SECONDS = 600;
/** `max-age` of the JWKS. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** Seconds for which an assertion to the upstream is valid. */
export const ASSERTION_SECONDS = 60;
/** What a dropped key is kept beyond the last token that it can have signed: room for clocks that differ. */
const DROP_MARGIN_SECONDS = 300;

/** A key of the keyset, with its private half. Times are Unix seconds. */
export interface SigningKey {
  readonly kid: string;
  /** `token`: people's access tokens. `assertion`: what the upstream gets, always asymmetric. */
  readonly use: 'token' | 'assertion';
  readonly algorithm: 'ES256' | 'HS256';
  readonly createdAt: number;
  /** From when it signs; until then it is published and nothing more. */
  readonly signsFrom: number;
  readonly jwk: JWK;
}

/** What the Secrets Manager secret holds. */
export interface Keyset {
  /** Counts rotations; `CONTROL` has the same number. */
  readonly version: number;
  readonly keys: readonly SigningKey[];
}

export const EMPTY_KEYSET: Keyset = { version: 0, keys: [] };

/** The keys to make, and for how many seconds what each kind signs is valid. */
export interface KeysetPlan {
  readonly tokenAlgorithm: SigningKey['algorithm'];
  readonly tokenSeconds: number;
}

/** Reads a keyset from the secret's text; what the secret holds before its first rotation is the empty one. */
export function parseKeyset(text: string): Keyset {
  const value: Partial<Keyset> = JSON.parse(text);
  return { version: value.version ?? 0, keys: value.keys ?? [] };
}

/**
 * The next keyset: one new key for each use, without those that can have signed nothing that is still valid.
 * The first key of a use signs at once, as nobody can hold an older one; any other waits until all have seen it.
 */
export async function nextKeyset(keyset: Keyset, plan: KeysetPlan, now: number): Promise<Keyset> {
  const live = keyset.keys.filter((key) => !isDead(key, keyset, plan, now));
  const added = await Promise.all([
    newSigningKey('token', plan.tokenAlgorithm, live, now),
    newSigningKey('assertion', 'ES256', live, now),
  ]);
  return { version: keyset.version + 1, keys: [...live, ...added] };
}

/** The key that signs now: of those that may sign, the one that began last. */
export function signingKey(keyset: Keyset, use: SigningKey['use'], now: number): SigningKey | undefined {
  return keyset.keys
    .filter((key) => key.use === use && key.signsFrom <= now)
    .reduce<SigningKey | undefined>(
      (newest, key) => (newest && newest.signsFrom > key.signsFrom ? newest : key),
      undefined,
    );
}

/** What may be published of a keyset. A private member is left out by naming the public ones. */
export function publicKeys(keyset: Keyset): PublicKey[] {
  return keyset.keys.map(({ kid, use, algorithm, jwk }) => ({
    kid,
    use,
    algorithm,
    ...(algorithm === 'HS256' ? {} : { jwk: publicJwk(jwk) }),
  }));
}

function publicJwk({ kty = '', crv = '', x = '', y = '' }: JWK): Record<string, string> {
  return { kty, crv, x, y };
}

/** Whether a successor has signed for so long that nothing this key signed can be valid. */
function isDead(key: SigningKey, { keys }: Keyset, plan: KeysetPlan, now: number): boolean {
  const validSeconds = key.use === 'token' ? plan.tokenSeconds : ASSERTION_SECONDS;
  return keys.some(
    (other) =>
      other.use === key.use &&
      other.signsFrom > key.signsFrom &&
      other.signsFrom + validSeconds + DROP_MARGIN_SECONDS < now,
  );
}

async function newSigningKey(
  use: SigningKey['use'],
  algorithm: SigningKey['algorithm'],
  live: readonly SigningKey[],
  now: number,
): Promise<SigningKey> {
  const isFirst = !live.some((key) => key.use === use);
  return {
    kid: randomUUID(),
    use,
    algorithm,
    createdAt: now,
    signsFrom: isFirst ? now : now + PUBLICATION_SECONDS,
    jwk: await exportJWK(
      algorithm === 'HS256'
        ? createSecretKey(randomBytes(32))
        : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    ),
  };
}
