import type { Algorithm } from '../contract/algorithms.ts';
import type { Item } from '../kernel/items.ts';

/**
 * `token`: access tokens of logins and API keys. `oauth`: those of OAuth clients, always ES256; there is such a key only
 * where another algorithm signs `token`. `assertion`: what the upstream gets, always asymmetric.
 */
export type KeyUse = 'token' | 'oauth' | 'assertion';

/** The keyset of access tokens, and that of assertions: each has a secret, a rotation and a version of its own. */
export type KeysetUse = Exclude<KeyUse, 'oauth'>;

/** The keyset that keys of a use are in. */
export function keysetOf(use: KeyUse): KeysetUse {
  return use === 'oauth' ? 'token' : use;
}

/** A key that verifies tokens, as the deployment publishes it. */
export interface PublicKey {
  readonly kid: string;
  readonly use: KeyUse;
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
  /** The same of the assertions' keyset; absent until its first rotation has published it. */
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
  const { version, keys, assertionVersion, assertionKeys } = item ?? {};
  const published: PublicKey[] = JSON.parse(keys?.S ?? '[]');
  return {
    version: Number(version?.N ?? 0),
    keys:
      assertionKeys?.S === undefined
        ? published
        : // One secret held both before: what it had published of assertions is among these.
          [...published.filter(({ use }) => use !== 'assertion'), ...JSON.parse(assertionKeys.S)],
    ...(assertionVersion?.N === undefined ? {} : { assertionVersion: Number(assertionVersion.N) }),
    revokedKids: new Set(item?.revokedKids?.SS ?? []),
    ...(item?.importedKeys?.BOOL === true ? { importedKeys: true } : {}),
  };
}
