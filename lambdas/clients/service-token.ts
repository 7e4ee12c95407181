import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import { declaredScopes, firstUncovered, type Scope } from '../contract/scopes.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, rateLimited } from '../kernel/problem.ts';
import { hashKey, keyMark, parseKey } from '../keys/key-format.ts';
import type { HashedKey, KeyRecord, Use } from '../keys/key-record.ts';
import { KEY_TOKEN_SECONDS, type KeyToken } from '../keys/key-tokens.ts';
import { allowanceAfter, secondsUntil } from '../plans/allowance.ts';
import { keyRequestsPerMinute } from '../plans/tiers.ts';
import type { Signer } from '../signing/signer.ts';
import { isWorkspaceOpen, type TenantFacts } from '../tenancy/tenant-facts.ts';
import { notProven } from './authentication.ts';
import type { ClientCredentials } from './client.ts';

export interface ServiceClientContext {
  readonly profile: Pick<Profile, 'keys'>;
  readonly deployment: Pick<Deployment, 'rights' | 'tiers' | 'initialTier' | 'sandbox'>;
  readonly records: {
    /** The one write of a decision: proves the key, checks state, expiry and allow-list, and counts. */
    useKey(key: HashedKey): Promise<Use<KeyRecord>>;
  };
  readonly tenant: (tenantId: string) => Promise<TenantFacts | undefined>;
  readonly signer: Signer;
  readonly clock: Clock;
}

/** What a service client asks for. */
export interface ServiceTokenRequest {
  readonly presented: ClientCredentials;
  /** At most those of the key; all of them where none is named. */
  readonly scopes: readonly Scope[] | undefined;
  /** The path of the API that the token is for; empty for the whole. */
  readonly resource: string;
  /** The source of the request: of the key's allow-list. */
  readonly address: string;
}

/**
 * A token for a service client (RFC 6749, 4.4), which *is* an API key: its id names the client, the key is the secret, and
 * both slots of a rotation hold. The token is one of the key: no session is written, and it ends with the key. Throws
 * `invalid_client`, `invalid_scope`, and `rate_limited` where the key's allowance is used up.
 */
export async function serviceToken(
  { presented, scopes, resource, address }: ServiceTokenRequest,
  context: ServiceClientContext,
): Promise<KeyToken> {
  const { deployment, signer, clock } = context;
  const { basic } = presented;
  if (basic === undefined || basic === null || presented.assertion !== undefined)
    throw notProven('a service client sends its id and key in Authorization: Basic');
  if (presented.clientId !== undefined && presented.clientId !== basic.id)
    throw notProven('client_id is not the client that is proven');
  const now = clock();
  // Offline, so that a guess costs no look-up. Imported keys, which have another form, are no clients.
  const locator = parseKey(context.profile.keys, basic.secret)?.locator;
  if (locator === undefined) throw notProven('not a key');
  const keyHash = hashKey(basic.secret);
  const caller = await provenCaller({ id: basic.id, locator, keyHash, address, now }, context);
  const held = declaredScopes(caller.scopes, deployment.rights.inclusion);
  const granted = scopes ?? held;
  const beyond = firstUncovered(held, granted, deployment.rights.inclusion);
  if (beyond !== undefined)
    throw new Problem('invalid_scope', { message: `The client does not have the scope ${beyond}.` });
  const { keyId, tenantId } = caller;
  const claims = { keyId, tenantId, locator, keyMark: keyMark(keyHash), scopes: granted, resource };
  const accessToken = await signer.keyToken(claims, KEY_TOKEN_SECONDS);
  return { accessToken, expiresInSeconds: KEY_TOKEN_SECONDS, scopes: granted };
}

/** The key's holder, by the same write and facts as a decision on a call with the key itself. */
async function provenCaller(
  {
    id,
    locator,
    keyHash,
    address,
    now,
  }: {
    readonly id: string;
    readonly locator: string;
    readonly keyHash: Uint8Array;
    readonly address: string;
    readonly now: number;
  },
  { records, tenant, deployment }: ServiceClientContext,
): Promise<KeyRecord['caller']> {
  const { passed, record, count, window } = await records.useKey({ locator, hash: keyHash, address, now });
  if (!passed || record === undefined) throw notProven('no key in force, or not from here');
  const { caller } = record;
  if (caller.keyId !== id) throw notProven('the key of another client');
  const facts = await tenant(caller.tenantId);
  const isActive =
    facts?.state === 'active' &&
    isWorkspaceOpen(facts, caller.workspaceId) &&
    (facts.heldUntil ?? now + 1) > now;
  if (!isActive) throw notProven(`tenant ${caller.tenantId} or its workspace is not active`);
  const limit = keyRequestsPerMinute(caller.environment, facts.tier, deployment);
  const { exceeded, resetAt } = allowanceAfter(limit, count, window);
  if (exceeded) throw rateLimited(secondsUntil(resetAt, now));
  return caller;
}
