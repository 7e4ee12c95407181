import { declaredScopes, type Scope } from '../contract/scopes.ts';
import { type Caller, staysInWorkspace } from '../kernel/caller.ts';
import { invalidField } from '../kernel/problem.ts';
import { type Allowance, allowanceAfter } from '../plans/allowance.ts';
import { keyRequestsPerMinute } from '../plans/tiers.ts';
import type { WorkspaceStore } from '../tenancy/workspaces.ts';
import { hashKey, locatorOf, sameHash } from './key-format.ts';
import type { KeyRecord, Use } from './key-record.ts';
import type { KeyContext } from './keys.ts';

/** The worth of a key, for a service that is not behind the gateway. */
export type Verification =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'valid' | 'expired' | 'revoked' | 'disabled';
      readonly keyId: string;
      readonly workspaceId: string;
      readonly environment: string;
      /** Those that give a right. */
      readonly scopes: readonly Scope[];
      readonly expiresAt: number;
      readonly allowance: Allowance;
    };

export interface VerificationContext extends KeyContext {
  readonly workspaces: Pick<WorkspaceStore, 'find'>;
  readonly records: {
    /** The record as it stands, with its count in the present window. */
    peekKey(locator: string, now: number): Promise<Use<KeyRecord>>;
    /** Counts a use, if the key is in force. */
    useKeyAnywhere(locator: string, hash: Uint8Array, address: string, now: number): Promise<Use<KeyRecord>>;
  };
}

/** Looks a key up for the caller's tenant; it counts as a use only with `count`. Another tenant's key is unknown. */
export async function verifyKey(
  {
    key,
    count,
    caller,
    address,
  }: {
    readonly key: string;
    readonly count: boolean;
    readonly caller: Caller;
    readonly address: string;
  },
  context: VerificationContext,
): Promise<Verification> {
  const { profile, records, clock, deployment, keys } = context;
  const now = clock();
  const hash = hashKey(key);
  const locator = locatorOf(profile.keys, key, hash);
  const seen = await records.peekKey(locator, now);
  const slot = seen.record?.slots.find(({ hash: stored }) => sameHash(stored, hash));
  const own = seen.record?.caller;
  if (own === undefined || slot === undefined || own.tenantId !== caller.tenantId)
    return { status: 'unknown' };
  if (staysInWorkspace(caller) && own.workspaceId !== caller.workspaceId) return { status: 'unknown' };
  if (count && caller.kind === 'key' && caller.environment === 'test' && own.environment !== 'test')
    throw invalidField('count', 'must not be true: a test key does not count for live keys');
  const {
    record,
    count: used,
    window,
  } = count ? await records.useKeyAnywhere(locator, hash, address, now) : seen;
  const workspace = await context.workspaces.find(own.tenantId, own.workspaceId);
  // The keys of a workspace that is being deleted are refused already, and revoked one by one.
  const state = workspace?.state === 'active' ? (record?.state ?? 'revoked') : 'revoked';
  const { tier } = await keys.tenant(own.tenantId);
  const limit = keyRequestsPerMinute(own.environment, tier, deployment);
  return {
    status: state === 'active' ? (slot.expiresAt <= now ? 'expired' : 'valid') : state,
    keyId: own.keyId,
    workspaceId: own.workspaceId,
    environment: own.environment,
    scopes: declaredScopes(own.scopes, deployment.rights.inclusion),
    expiresAt: slot.expiresAt,
    allowance: allowanceAfter(limit, used, window),
  };
}
