import type { Algorithm } from '../contract/algorithms.ts';
import { type Item, number, text } from '../kernel/items.ts';

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
  /** Changes whenever the keyset does. */
  readonly version: number;
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
    version: item === undefined ? 0 : number(item, 'version'),
    keys: item === undefined ? [] : JSON.parse(text(item, 'keys')),
    revokedKids: new Set(item?.revokedKids?.SS ?? []),
    ...(item?.importedKeys?.BOOL === true ? { importedKeys: true } : {}),
  };
}
