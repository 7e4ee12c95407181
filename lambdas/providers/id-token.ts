import type { IdentityProvider, ProviderSignIn } from '../contract/deployment.ts';
import { Problem } from '../kernel/problem.ts';
import type { ProviderToken } from '../people/identities.ts';
import type { ProviderKeys } from '../people/provider-keys.ts';
import { providerTokens } from '../people/provider-tokens.ts';
import { refused } from './refused.ts';

/** Verifies an ID token that answers a flow with this nonce. Throws `sign_in_refused`, and `unavailable`. */
export type VerifyIdToken = (idToken: string, nonce: string) => Promise<ProviderToken>;

/**
 * Verifies the ID tokens of a provider (OpenID Connect Core 1.0, 3.1.3.7): as those that are exchanged, by its keys and
 * asymmetric algorithms alone; for our client and nobody else, and for this flow.
 */
export function idTokens(
  provider: IdentityProvider,
  { clientId, claims }: Pick<ProviderSignIn, 'clientId' | 'claims'>,
  keys: ProviderKeys,
): VerifyIdToken {
  const verify = providerTokens([{ ...provider, audiences: [clientId], claims }], () => keys);
  return async (idToken, nonce) => {
    const proof = await verify(idToken).catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'invalid_subject_token' ? refused(error.cause) : error;
    });
    const { aud, azp, nonce: given } = proof.claims;
    if (given !== nonce) throw refused('the nonce is not that of the flow');
    if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId)
      throw refused('the token is for another client (azp)');
    return { ...proof, provider };
  };
}
