/** What a row is to clients that know the standards: where the metadata says that it is (RFC 8414, 2). */
export type Advertised =
  | { readonly endpoint: 'jwks_uri' }
  /** The token endpoint of these grants, by their `grant_type`. */
  | { readonly endpoint: 'token_endpoint'; readonly grants: readonly string[] };

/** Such a row under a path of its profile. */
export type AdvertisedPath = Advertised & { readonly path: string };
