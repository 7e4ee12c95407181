/** The place of a row in the metadata for clients that know the standards (RFC 8414, 2; RFC 8628, 4; RFC 7591, 3). */
export type Advertised =
  | {
      readonly endpoint:
        | 'jwks_uri'
        | 'authorization_endpoint'
        | 'device_authorization_endpoint'
        | 'revocation_endpoint'
        | 'introspection_endpoint'
        | 'registration_endpoint';
    }
  /** The token endpoint of these grants, by their `grant_type`. */
  | { readonly endpoint: 'token_endpoint'; readonly grants: readonly string[] };

/** Such a row under a path of its profile. */
export type AdvertisedPath = Advertised & { readonly path: string };
