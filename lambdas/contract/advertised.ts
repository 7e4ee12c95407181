/** The place of a row in the metadata for clients that know the standards (RFC 8414, 2). */
export type Advertised =
  | { readonly endpoint: 'jwks_uri' }
  /** The token endpoint of these grants, by their `grant_type`. */
  | { readonly endpoint: 'token_endpoint'; readonly grants: readonly string[] };

/** Such a row under a path of its profile. */
export type AdvertisedPath = Advertised & { readonly path: string };
