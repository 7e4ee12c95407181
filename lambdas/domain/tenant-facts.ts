import type { Algorithm } from './algorithms.ts';

/** What is true of a tenant for every decision; an instance may hold it for {@link FACTS_SECONDS}. */
export interface TenantFacts {
  readonly state: 'active' | 'suspended' | 'closed';
  readonly tier: string;
  /** Unix seconds at which the tenant ends, unless a key of it has been used before; absent once one has. */
  readonly heldUntil?: number;
  /** The value of the tenant's own usage key; absent while it uses its tier's shared one. */
  readonly usageKey?: string;
  readonly suspendedWorkspaces: ReadonlySet<string>;
  /** Every workspace of the tenant, so that one which a person picks is checked without a read. */
  readonly workspaces: ReadonlySet<string>;
}

/** A key that verifies tokens, as the deployment publishes it. */
export interface PublicKey {
  readonly kid: string;
  readonly use: 'token' | 'assertion';
  readonly algorithm: Algorithm;
  /** The public half (RFC 7517); absent for HS256, which has none. */
  readonly jwk?: Readonly<Record<string, string>>;
  /** Unix seconds; absent where an older version has published the key. */
  readonly createdAt?: number;
  readonly signsFrom?: number;
}

/** What is true of the deployment for every decision. */
export interface ControlFacts {
  /** Changes whenever the keyset does. */
  readonly version: number;
  readonly keys: readonly PublicKey[];
  readonly revokedKids: ReadonlySet<string>;
  /** Whether keys of another system have been imported: only then is a key of no form of ours looked up. */
  readonly importedKeys?: boolean;
}

/** Seconds for which an instance may use a copy: changes say from when they hold, no later than this. */
export const FACTS_SECONDS = 2;
