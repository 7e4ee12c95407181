import type { Advertised, AdvertisedPath } from '../contract/advertised.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import type { Scope } from '../contract/scopes.ts';
import { apiRows } from '../kernel/api-rows.ts';
import { Problem } from '../kernel/problem.ts';
import type { Route } from '../kernel/route.ts';
import type { Discovery } from '../status/discovery-rows.ts';

/** The rows that name their place in the metadata, under the profile's paths. */
export function advertisedPaths(routes: readonly Route[], profile: Profile): readonly AdvertisedPath[] {
  return apiRows(routes, profile).flatMap((row) =>
    row.kind === 'route' && row.route.advertised !== undefined
      ? [{ path: row.path, ...row.route.advertised }]
      : [],
  );
}

/**
 * The deployment's metadata: only what rows serve is in it. `issuer` is the API's URL without a slash at
 * its end.
 */
export function discovery(
  issuer: string,
  advertised: readonly AdvertisedPath[],
  profile: Profile,
  { inclusion }: Pick<Rights, 'inclusion'>,
): Discovery {
  const scopes = Object.keys(inclusion);
  const server = authorizationServer(issuer, advertised, scopes);
  return {
    authorizationServer: () => server,
    protectedResource(path) {
      if (!isProtected(path, profile)) throw new Problem('not_found');
      return {
        resource: issuer + path,
        authorization_servers: [issuer],
        scopes_supported: scopes,
        bearer_methods_supported: ['header'],
        resource_name: profile.title,
      };
    },
  };
}

/**
 * RFC 8414, 2. The two lists are sent even when they are empty: without `grant_types_supported` the standard reads
 * `authorization_code` and `implicit`, and `response_types_supported` is required.
 */
function authorizationServer(issuer: string, paths: readonly AdvertisedPath[], scopes: readonly Scope[]) {
  const advertised = paths.map(({ path, ...each }) => ({ url: issuer + path, ...each }));
  const keys = advertised.find((each) => each.endpoint === 'jwks_uri');
  const tokens = tokenEndpoint(advertised);
  return {
    issuer,
    ...(keys === undefined ? {} : { jwks_uri: keys.url }),
    // Our tokens are bound to no client, so that none has to prove who it is.
    ...(tokens === undefined
      ? {}
      : { token_endpoint: tokens.url, token_endpoint_auth_methods_supported: ['none'] }),
    response_types_supported: [],
    grant_types_supported: tokens?.grants ?? [],
    scopes_supported: scopes,
  };
}

type Placed = Advertised & { readonly url: string };

/** The metadata has room for one: the row that takes the most grants, of equals the first. */
function tokenEndpoint(advertised: readonly Placed[]) {
  return advertised
    .filter((each) => each.endpoint === 'token_endpoint')
    .reduce<Extract<Placed, { endpoint: 'token_endpoint' }> | undefined>(
      (most, each) => (most === undefined || each.grants.length > most.grants.length ? each : most),
      undefined,
    );
}

/** The whole API, and all below a prefix of the upstream or of our own rows: that is where credentials are taken. */
function isProtected(path: string, { upstreamPrefixes, managementPrefix }: Profile): boolean {
  const prefixes =
    managementPrefix === undefined ? upstreamPrefixes : [...upstreamPrefixes, managementPrefix];
  return path === '' || prefixes.some((prefix) => `${path}/`.startsWith(`${prefix}/`));
}
