import { isJwk, type Jwks } from 'aws-jwt-verify/jwk';
import { addressIn, fetchJson, fetchMetadata, ProviderDocument } from './provider-document.ts';

export interface ProviderAddress {
  readonly issuer: string;
  readonly jwksUrl: string | null;
}

/** The present keys of one identity provider. */
export class ProviderKeys extends ProviderDocument<Jwks> {
  /**
   * @param addressOf gives their address where none is configured. @default - asks the provider for its metadata
   * @param clock see {@link ProviderDocument}
   */
  constructor(
    { issuer, jwksUrl }: ProviderAddress,
    addressOf: (signal: AbortSignal, isNewer: boolean) => Promise<string> = async (signal) =>
      addressIn(await fetchMetadata(issuer, signal), 'jwks_uri', issuer),
    clock?: () => number,
  ) {
    super(async (signal, isNewer) => {
      const url = jwksUrl ?? (await addressOf(signal, isNewer));
      return jwksOf(await fetchJson(url, { signal }));
    }, clock);
  }
}

function jwksOf(value: object): Jwks {
  const { keys } = value as Partial<Jwks>;
  if (!Array.isArray(keys)) throw new Error('The JWKS has no keys.');
  // One key that cannot be read must not cost the others.
  return { keys: keys.filter(isJwk) };
}
