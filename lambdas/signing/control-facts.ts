import type { Algorithm } from '../contract/algorithms.ts';
import type { Item } from '../kernel/items.ts';

/** A keyset: that of tokens, or that of assertions. Each has a secret, a rotation and a version of its own. */
export type KeysetName = 'token' | 'assertion';

/** The keyset that holds the keys of a use. */
export function keysetOf(use: PublicKey['use']): KeysetName {
  return use === 'assertion' ? 'assertion' : 'token';
}

/** A key that verifies tokens, as the deployment publishes it. */
export interface PublicKey {
  readonly kid: string;
  readonly use: 'token' | 'oauth' | 'assertion';
  readonly algorithm: Algorithm;
  /** The public half (RFC 7517); absent for HS256, which has none. */
  readonly jwk?: Readonly<Record<string, string>>;
  /** Unix seconds; absent where an older version has published the key. */
  readonly createdAt?: number;
  readonly signsFrom?: number;
}

/** Facts of the deployment that every decision needs. */
export interface ControlFacts {
  /** Changes whenever the tokens' keyset does. */
  readonly version: number;
  /** {@link PublishedAssertions} as text; {@link withAssertions} reads it. Undefined until their first rotation. */
  readonly assertions?: string | undefined;
  /** The version of the assertions' keyset, where it has been read. */
  readonly assertionVersion?: number;
  readonly keys: readonly PublicKey[];
  readonly revokedKids: ReadonlySet<string>;
  /** Whether keys of another system have been imported: only then is a key of no form of ours looked up. */
  readonly importedKeys?: boolean;
}

/** Seconds since a signing key was added last; since 1970 where there is none. */
export function newestKeyAge({ keys }: ControlFacts, now: number): number {
  return now - Math.max(0, ...keys.map(({ createdAt, signsFrom = 0 }) => createdAt ?? signsFrom));
}

/** The deployment's item; before the first rotation there is none, and no token can be valid. */
export function controlFacts(item: Item | undefined): ControlFacts {
  return {
    version: Number(item?.version?.N ?? 0),
    keys: JSON.parse(item?.keys?.S ?? '[]'),
    revokedKids: new Set(item?.revokedKids?.SS ?? []),
    ...(item?.importedKeys?.BOOL === true ? { importedKeys: true } : {}),
    assertions: item?.assertions?.S,
  };
}

/** The publication of the assertions' keyset, as it is stored. */
export interface PublishedAssertions {
  readonly version: number;
  readonly keys: readonly PublicKey[];
}

/** The facts with what is published of assertions: all that the authorizer, which verifies tokens, does not read. */
export function withAssertions(facts: ControlFacts): ControlFacts {
  if (facts.assertions === undefined) return facts;
  const { version, keys }: PublishedAssertions = JSON.parse(facts.assertions);
  // One secret held both before: what it had published of assertions stands among the others.
  const tokens = facts.keys.filter(({ use }) => use !== 'assertion');
  return { ...facts, keys: [...tokens, ...keys], assertionVersion: version };
}
