import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import { firstUncovered, type Scope } from '../contract/scopes.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Credential } from '../kernel/credential.ts';
import { Problem } from '../kernel/problem.ts';
import { requireScopes } from '../kernel/rights.ts';
import type { Signer } from '../signing/signer.ts';
import { hashKey, keyMark, locatorOf } from './key-format.ts';

/** Seconds for which a key's token is valid: short, as it is meant to be passed on where a key should not be. */
export const KEY_TOKEN_SECONDS = 900;

export interface KeyTokenContext {
  readonly profile: Profile;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly signer: Signer;
}

export interface KeyToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly scopes: readonly Scope[];
}

/**
 * A token that stands for the key that the request presents, with its scopes or fewer. Throws `key_required` for
 * anybody else, a key's token too: nobody stays in by renewing. Throws `exceeds_own_rights` and, for what no key has,
 * `invalid_field` and `scopes_too_long`.
 */
export async function issueKeyToken(
  credential: Credential,
  caller: Caller,
  wanted: readonly Scope[] | undefined,
  { profile, deployment, signer }: KeyTokenContext,
): Promise<KeyToken> {
  if (caller.kind !== 'key' || credential.kind !== 'key') throw new Problem('key_required');
  const scopes = wanted ?? caller.scopes;
  requireScopes(scopes, deployment.rights);
  const beyond = firstUncovered(caller.scopes, scopes, deployment.rights.inclusion);
  if (beyond !== undefined) {
    throw new Problem('exceeds_own_rights', { message: `The key does not have the scope ${beyond}.` });
  }
  const { keyId, tenantId } = caller;
  const accessToken = await signer.keyToken(
    { keyId, tenantId, ...recordOf(credential.key, profile), scopes },
    KEY_TOKEN_SECONDS,
  );
  return { accessToken, expiresInSeconds: KEY_TOKEN_SECONDS, scopes };
}

/** The record of a key that was presented, and the mark by which a token names the key in it. */
export function recordOf(key: string, { keys }: Pick<Profile, 'keys'>) {
  const hash = hashKey(key);
  return { locator: locatorOf(keys, key, hash), keyMark: keyMark(hash) };
}
