import { ASSERTION_ALGORITHMS, AUTHENTICATION_METHODS } from '../clients/client.ts';
import type { Advertised, AdvertisedPath } from '../contract/advertised.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import { apiRows } from '../kernel/api-rows.ts';
import { Problem } from '../kernel/problem.ts';
import type { Route } from '../kernel/route.ts';
import { isProtected } from '../oauth/resources.ts';
import { OFFLINE_ACCESS } from '../oauth/scopes.ts';
import { exchangedProviders, TOKEN_EXCHANGE } from '../people/exchange.ts';
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
  { rights, tokens, identityProviders }: Pick<Deployment, 'rights' | 'tokens' | 'identityProviders'>,
): Discovery {
  const scopes = Object.keys(rights.inclusion);
  const hasRefresh = tokens.refresh !== null;
  const server = authorizationServer(issuer, advertised, {
    scopes,
    hasRefresh,
    withoutGrants: [
      ...(hasRefresh ? [] : ['refresh_token']),
      ...(exchangedProviders({ identityProviders }).length > 0 ? [] : [TOKEN_EXCHANGE]),
    ],
  });
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
 * RFC 8414, 2; RFC 9207, 3; RFC 8628, 4; draft-ietf-oauth-client-id-metadata-document, 5. The two lists are sent even when they are empty: without `grant_types_supported` the standard reads
 * `authorization_code` and `implicit`, and `response_types_supported` is required.
 */
function authorizationServer(
  issuer: string,
  paths: readonly AdvertisedPath[],
  {
    scopes,
    hasRefresh,
    withoutGrants,
  }: {
    readonly scopes: readonly Scope[];
    readonly hasRefresh: boolean;
    /** Grants of rows for which the deployment lacks what they need. */
    readonly withoutGrants: readonly string[];
  },
) {
  const advertised = paths.map(({ path, ...each }) => ({ url: issuer + path, ...each }));
  const tokens = tokenEndpoint(advertised);
  const others = advertised.flatMap(({ endpoint, url }) =>
    endpoint === 'token_endpoint' ? [] : [[endpoint, url] as const],
  );
  const hasCodes = others.some(([endpoint]) => endpoint === 'authorization_endpoint');
  return {
    issuer,
    ...Object.fromEntries(others),
    ...(tokens === undefined
      ? {}
      : { token_endpoint: tokens.url, ...authentication('token_endpoint', hasCodes) }),
    ...Object.assign(
      {},
      ...others.map(([endpoint]) =>
        AUTHENTICATED.includes(endpoint) ? authentication(endpoint, hasCodes) : {},
      ),
    ),
    response_types_supported: hasCodes ? ['code'] : [],
    grant_types_supported: (tokens?.grants ?? []).filter((grant) => !withoutGrants.includes(grant)),
    ...(hasCodes
      ? {
          response_modes_supported: ['query'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
          client_id_metadata_document_supported: true,
        }
      : {}),
    // A client that wants a refresh token looks for the last one here; no resource names it.
    scopes_supported: hasCodes && hasRefresh ? [...scopes, OFFLINE_ACCESS] : scopes,
  };
}

/** Endpoints besides the token endpoint at which clients prove who they are. */
const AUTHENTICATED: readonly string[] = ['revocation_endpoint', 'introspection_endpoint'];

/** How clients do so; where there are none, nobody has to. A client that signs is told with what (RFC 8414, 2). */
function authentication(endpoint: string, hasClients: boolean): Readonly<Record<string, readonly string[]>> {
  if (!hasClients) return { [`${endpoint}_auth_methods_supported`]: ['none'] };
  return {
    // Who asks about others' tokens has to prove who it is.
    [`${endpoint}_auth_methods_supported`]: AUTHENTICATION_METHODS.filter(
      (method) => method !== 'none' || endpoint !== 'introspection_endpoint',
    ),
    [`${endpoint}_auth_signing_alg_values_supported`]: [...ASSERTION_ALGORITHMS],
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
