import { randomUUID } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import type { Algorithm } from '../contract/algorithms.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { objectOf } from '../kernel/json.ts';
import { type ControlFacts, type KeysetUse, type KeyUse, keysetOf, type PublicKey } from './control-facts.ts';
import { NEW_KEY, PUBLIC_MEMBERS } from './new-key.ts';

/**
 * Seconds between the publication of a key and its first signature: verifiers see `CONTROL` within two seconds,
 * and whoever caches the JWKS asks again within {@link JWKS_MAX_AGE_SECONDS}.
 */
export const PUBLICATION_SECONDS = 600;

/**
 * The same for a key that takes the place of a revoked one: until it signs nobody can log in, so it waits only for
 * the authorizers' copies of `CONTROL`.
 */
export const URGENT_PUBLICATION_SECONDS = FACTS_SECONDS + 1;

/** `max-age` of the JWKS. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** Seconds for which an assertion to the upstream is valid. */
export const ASSERTION_SECONDS = 60;

/** Seconds for which a dropped key is kept beyond the last token that it can have signed: room for clocks that differ. */
const DROP_MARGIN_SECONDS = 300;

const USES: readonly KeyUse[] = ['token', 'oauth', 'assertion'];

/** A key of the keyset, with its private half. Times are Unix seconds. */
export interface SigningKey {
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: Algorithm;
  readonly createdAt: number;
  /** From when it signs, if it is published when it is made; see {@link publication}. */
  readonly signsFrom: number;
  /** Seconds for which what it signs is valid at most, as they were configured when it was made. */
  readonly validSeconds?: number;
  readonly jwk: JWK;
}

/** The content of the Secrets Manager secret. */
export interface Keyset {
  /** Counts rotations; `CONTROL` has the same number. */
  readonly version: number;
  readonly keys: readonly SigningKey[];
}

export const EMPTY_KEYSET: Keyset = { version: 0, keys: [] };

/** The keys to make, and for how many seconds what each kind signs is valid. */
export interface KeysetPlan {
  /** The keyset to make keys for. @default - both in one */
  readonly keyset?: KeysetUse;
  readonly tokenAlgorithm: Algorithm;
  readonly tokenSeconds: number;
}

/**
 * Reads a keyset from the secret's text; what the secret holds before its first rotation is the empty one. Throws for what is
 * no object, and quotes nothing of it.
 */
export function parseKeyset(text: string): Keyset {
  const value = objectOf<Keyset>(text);
  if (value === undefined) throw new Error('The secret holds no keyset: it is no JSON object.');
  return { version: value.version ?? 0, keys: value.keys ?? [] };
}

/**
 * The next keyset: one new key for each use, without revoked ones and without those that can have signed nothing that
 * is still valid. A new key waits until all have seen it; the very first signs at once, as nobody can hold an older one.
 */
export async function nextKeyset(
  keyset: Keyset,
  plan: KeysetPlan,
  now: number,
  revokedKids: ReadonlySet<string> = new Set(),
): Promise<Keyset> {
  const trusted = withoutRevoked(keyset, revokedKids);
  const live = trusted.keys.filter((key) => !isDead(key, trusted, plan, now));
  const added = await Promise.all(
    usesOf(plan).map((use) => {
      const start = (): number => {
        if (signingKey({ ...keyset, keys: live }, use, now) !== undefined) return now + PUBLICATION_SECONDS;
        return keyset.keys.length === 0 ? now : now + URGENT_PUBLICATION_SECONDS;
      };
      return newSigningKey(use, plan, now, start());
    }),
  );
  return { version: keyset.version + 1, keys: [...live, ...added] };
}

/** The uses that a new key is made for. */
function usesOf({ keyset, tokenAlgorithm }: KeysetPlan): readonly KeyUse[] {
  return USES.filter(
    (use) =>
      (keyset === undefined || keysetOf(use) === keyset) && (use !== 'oauth' || tokenAlgorithm !== 'ES256'),
  );
}

/** Whether a key signs for a use. */
function serves({ use, algorithm }: Pick<SigningKey, 'use' | 'algorithm'>, wanted: KeyUse): boolean {
  return use === wanted || (wanted === 'oauth' && use === 'token' && algorithm === 'ES256');
}

/** The keyset without what is revoked, which signs nothing and verifies nothing. */
export function withoutRevoked(keyset: Keyset, revokedKids: ReadonlySet<string>): Keyset {
  return { ...keyset, keys: keyset.keys.filter(({ kid }) => !revokedKids.has(kid)) };
}

/** The key that signs now: of those that may sign, the one that began last. */
export function signingKey(keyset: Keyset, use: KeyUse, now: number): SigningKey | undefined {
  return keyset.keys
    .filter((key) => serves(key, use) && key.signsFrom <= now)
    .reduce<SigningKey | undefined>(
      (newest, key) => (newest && newest.signsFrom > key.signsFrom ? newest : key),
      undefined,
    );
}

/** The public part of a keyset. A private member is left out by naming the public ones. */
export function publicKeys(keyset: Keyset): PublicKey[] {
  return keyset.keys.map(({ kid, use, algorithm, createdAt, signsFrom, jwk }) => {
    const members = PUBLIC_MEMBERS[algorithm];
    const entries = members?.map((name) => [name, String(jwk[name as keyof JWK])]);
    return {
      kid,
      use,
      algorithm,
      createdAt,
      signsFrom,
      ...(entries === undefined ? {} : { jwk: Object.fromEntries(entries) }),
    };
  });
}

/**
 * The publication of a rotation. A key that is published for the first time signs as long after its publication as it was
 * meant to after its making, however long a rotation that was stopped between two steps took; the others keep their date.
 */
export function publication(keyset: Keyset, published: readonly PublicKey[], now: number): PublicKey[] {
  const known = new Map(published.map((key) => [key.kid, key]));
  const dated = keyset.keys.map((key) => {
    const signsFrom = Math.max(key.signsFrom, now + key.signsFrom - key.createdAt);
    return { ...key, signsFrom: known.has(key.kid) ? signsFromOf(key, known) : signsFrom };
  });
  return publicKeys({ ...keyset, keys: dated });
}

/** The keyset with the dates of its publication, which hold where they are later than its own. */
export function asPublished(keyset: Keyset, published: readonly PublicKey[]): Keyset {
  const known = new Map(published.map((key) => [key.kid, key]));
  return { ...keyset, keys: keyset.keys.map((key) => ({ ...key, signsFrom: signsFromOf(key, known) })) };
}

/** The keyset as its holder may sign with it: what is not published, or is revoked, signs nothing. */
export function signingKeyset(keyset: Keyset, { keys, revokedKids }: ControlFacts): Keyset {
  const published = new Set(keys.map(({ kid }) => kid));
  const dated = withoutRevoked(asPublished(keyset, keys), revokedKids);
  return { ...dated, keys: dated.keys.filter(({ kid }) => published.has(kid)) };
}

function signsFromOf({ kid, signsFrom }: SigningKey, published: ReadonlyMap<string, PublicKey>): number {
  return Math.max(signsFrom, published.get(kid)?.signsFrom ?? 0);
}

/** Whether a successor has signed for so long that nothing this key signed can be valid. */
function isDead(key: SigningKey, { keys }: Keyset, plan: KeysetPlan, now: number): boolean {
  const validSeconds = Math.max(validSecondsOf(key.use, plan), key.validSeconds ?? 0);
  return keys.some(
    (other) =>
      serves(other, key.use) &&
      other.signsFrom > key.signsFrom &&
      other.signsFrom + validSeconds + DROP_MARGIN_SECONDS < now,
  );
}

function validSecondsOf(use: KeyUse, plan: KeysetPlan): number {
  return use === 'assertion' ? ASSERTION_SECONDS : plan.tokenSeconds;
}

async function newSigningKey(
  use: KeyUse,
  plan: KeysetPlan,
  now: number,
  signsFrom: number,
): Promise<SigningKey> {
  // What others verify, who cannot be given a secret, is ES256.
  const algorithm = use === 'token' ? plan.tokenAlgorithm : 'ES256';
  return {
    kid: randomUUID(),
    use,
    algorithm,
    createdAt: now,
    signsFrom,
    validSeconds: validSecondsOf(use, plan),
    jwk: await exportJWK(NEW_KEY[algorithm]()),
  };
}
