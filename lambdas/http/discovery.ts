import type { Profile } from '../contract/profile.ts';
import { apiRows } from '../kernel/api-rows.ts';
import { Problem } from '../kernel/problem.ts';
import type { Advertised, Route } from '../kernel/route.ts';
import type { Discovery } from '../status/discovery-rows.ts';

/**
 * What the deployment says of itself, from the route table: a row that names its place in the metadata stands there
 * under the profile's path, and what no row serves is not mentioned. `issuer` is the API's URL without a slash at its end.
 */
export function discovery(issuer: string, routes: readonly Route[], profile: Profile): Discovery {
  const server = authorizationServer(issuer, routes, profile);
  return {
    authorizationServer: () => server,
    protectedResource(path) {
      if (!isProtected(path, profile)) throw new Problem('not_found');
      return {
        resource: issuer + path,
        authorization_servers: [issuer],
        scopes_supported: profile.keys.scopes,
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
function authorizationServer(issuer: string, routes: readonly Route[], profile: Profile) {
  const advertised = apiRows(routes, profile).flatMap((row) =>
    row.kind === 'route' && row.route.advertised !== undefined
      ? [{ url: issuer + row.path, ...row.route.advertised }]
      : [],
  );
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
    scopes_supported: profile.keys.scopes,
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

/** The whole API, and all below a prefix of the upstream: that is where credentials are taken. */
function isProtected(path: string, { upstreamPrefixes }: Profile): boolean {
  return path === '' || upstreamPrefixes.some((prefix) => `${path}/`.startsWith(`${prefix}/`));
}
