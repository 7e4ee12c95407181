import { addressIn, fetchMetadata, ProviderDocument } from '../people/provider-document.ts';
import { type ProviderAddress, ProviderKeys } from '../people/provider-keys.ts';

/** What a sign-in needs to know of a provider's metadata (OpenID Connect Discovery 1.0, 3). */
export interface ProviderMetadata {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** Where its keys are: as configured, else as it says. */
  readonly jwksUrl: string;
  /** Whether all of its answers say whose they are (RFC 9207, 3). */
  readonly saysIssuer: boolean;
  /** Whether a client proves itself by Basic authentication; else its secret stands in the body. */
  readonly takesBasic: boolean;
}

/** The present metadata of a provider. */
export function providerMetadata({ issuer, jwksUrl }: ProviderAddress): ProviderDocument<ProviderMetadata> {
  return new ProviderDocument(async (signal) => {
    const found = await fetchMetadata(issuer, signal);
    const {
      authorization_response_iss_parameter_supported: saysIssuer,
      // Without a word it is Basic.
      token_endpoint_auth_methods_supported: methods = ['client_secret_basic'],
    } = found as Readonly<Record<string, unknown>>;
    return {
      authorizationUrl: addressIn(found, 'authorization_endpoint', issuer),
      tokenUrl: addressIn(found, 'token_endpoint', issuer),
      jwksUrl: jwksUrl ?? addressIn(found, 'jwks_uri', issuer),
      saysIssuer: saysIssuer === true,
      takesBasic: Array.isArray(methods) && methods.includes('client_secret_basic'),
    };
  });
}

/**
 * The present keys of a provider, where its metadata says, which are not read again for them; with newer keys anew, as far as
 * they can be.
 */
export function keysBy(
  metadata: Pick<ProviderDocument<ProviderMetadata>, 'present' | 'newer'>,
  provider: ProviderAddress,
): ProviderKeys {
  return new ProviderKeys(provider, async (_, isNewer) => {
    const newer = isNewer ? await metadata.newer().catch(() => undefined) : undefined;
    return (newer ?? (await metadata.present())).jwksUrl;
  });
}
