import { createHash } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { JwksNotAvailableInCacheError, KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { IdentityProvider } from '../contract/deployment.ts';
import { Problem } from '../kernel/problem.ts';
import { type ProviderToken, valuesOf } from './identities.ts';
import { ProviderKeys } from './provider-keys.ts';

/** The longest `sub` (OpenID Connect Core 1.0, 2). */
const MAX_SUBJECT_LENGTH = 255;

/**
 * Verifies tokens of the configured identity providers, each by its own keys. What a token says is used to choose the
 * provider, and for nothing else before its signature holds.
 */
export function providerTokens(
  providers: readonly IdentityProvider[],
  keysOf: (provider: IdentityProvider) => ProviderKeys = (provider) => new ProviderKeys(provider),
): (token: string) => Promise<ProviderToken> {
  const verifiers = new Map(
    providers.map((provider) => [provider.issuer, new ProviderVerifier(provider, keysOf(provider))]),
  );
  return async (token) => {
    const { header, payload } = readable(token);
    // An extension that we do not know may change what the token means (RFC 7515, 4.1.11).
    if ('crit' in header) throw refused('the header has crit');
    const verifier = verifiers.get(payload.iss ?? '');
    if (verifier === undefined) throw refused('the issuer is not configured');
    return verifier.verify(token);
  };
}

class ProviderVerifier {
  readonly #provider: IdentityProvider;
  readonly #keys: ProviderKeys;
  readonly #verifier: ReturnType<typeof verifierOf>;
  #known: Jwks | undefined;

  constructor(provider: IdentityProvider, keys: ProviderKeys) {
    this.#provider = provider;
    this.#keys = keys;
    this.#verifier = verifierOf(provider);
  }

  async verify(token: string): Promise<ProviderToken> {
    this.#learn(await this.#keys.present());
    const claims = this.#claimsOf(token) ?? (await this.#claimsByNewerKeys(token));
    const { exp, sub } = claims;
    if (typeof exp !== 'number') throw refused('the token has no exp');
    if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH)
      throw refused('the token has no sub, or one that is too long');
    for (const [name, allowed] of Object.entries(this.#provider.claims)) {
      if (!valuesOf(claims, name).some((value) => allowed.includes(value)))
        throw refused(`the claim ${name} has none of the configured values`);
    }
    return {
      provider: this.#provider,
      subject: sub,
      hash: createHash('sha256')
        .update(token.slice(0, token.lastIndexOf('.')))
        .digest('hex'),
      expiresAt: Math.ceil(exp),
      claims,
    };
  }

  #learn(jwks: Jwks): void {
    if (jwks === this.#known) return;
    this.#known = jwks;
    this.#verifier.cacheJwks(jwks);
  }

  /** Undefined when the key is not known. */
  #claimsOf(token: string): Record<string, unknown> | undefined {
    try {
      return this.#verifier.verifySync(token);
    } catch (error) {
      if (error instanceof KidNotFoundInJwksError || error instanceof JwksNotAvailableInCacheError)
        return undefined;
      throw refused(error);
    }
  }

  async #claimsByNewerKeys(token: string): Promise<Record<string, unknown>> {
    const jwks = await this.#keys.newer();
    if (jwks !== undefined) this.#learn(jwks);
    const claims = jwks && this.#claimsOf(token);
    if (claims === undefined) throw refused('the kid is not among the keys of the issuer');
    return claims;
  }
}

const verifierOf = ({ issuer, audiences }: IdentityProvider) =>
  // The address is a name only: the keys are brought, never fetched by the library, whose retries have no deadline.
  JwtVerifier.create({ issuer, audience: [...audiences], jwksUri: `${issuer}#keys` });

function readable(token: string) {
  try {
    return decomposeUnverifiedJwt(token);
  } catch (error) {
    throw refused(error);
  }
}

/** The library's errors say which check failed. Of a token that cannot be read they may quote it. */
function refused(cause: unknown): Problem {
  const reason = cause instanceof Error ? cause.message.split(':', 1)[0] : cause;
  return new Problem('invalid_subject_token', { cause: reason });
}
