import { describe, expect, test } from 'vitest';
import type { Advertised } from '../../lambdas/contract/advertised.ts';
import type { Deployment, IdentityProvider } from '../../lambdas/contract/deployment.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { advertisedPaths, discovery } from '../../lambdas/http/discovery.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { Route } from '../../lambdas/kernel/route.ts';
import { TOKEN_EXCHANGE } from '../../lambdas/people/exchange.ts';
import { routes } from '../../lambdas/table/index.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { DEPLOYMENT, REFRESH as REFRESH_SETTINGS, rightsIn } from '../support/deployment.ts';

const ISSUER = 'https://api.example.com';

/** The table with rows that stand in the metadata, as later ones may. */
function withRows(...rows: readonly (readonly [path: string, advertised: Advertised])[]): readonly Route[] {
  const added = rows.flatMap(([path, advertised]) =>
    // A row that no profile moves, but for its place.
    routes.filter(({ id }) => id === 'getOpenApi').map((route): Route => ({ ...route, path, advertised })),
  );
  const bare = routes.filter(
    ({ advertised }) => advertised === undefined || advertised.endpoint === 'jwks_uri',
  );
  return [...bare, ...added];
}

const REFRESH = ['/v1/auth/refresh', { endpoint: 'token_endpoint', grants: ['refresh_token'] }] as const;
const TOKEN = [
  '/oauth/token',
  { endpoint: 'token_endpoint', grants: ['authorization_code', 'refresh_token'] },
] as const;

const described = (
  table: readonly Route[],
  profile: Profile,
  refresh: typeof REFRESH_SETTINGS | null = REFRESH_SETTINGS,
  given: Partial<Pick<Deployment, 'identityProviders'>> = {},
) =>
  discovery(ISSUER, advertisedPaths(table, profile), profile, {
    ...DEPLOYMENT,
    ...given,
    rights: rightsIn(profile),
    tokens: { ...DEPLOYMENT.tokens, refresh },
  });

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s', (_name, profile) => {
  const server = (table: readonly Route[]) => described(table, profile).authorizationServer();

  test('advertises every row that names its place, and no URL that no row serves', () => {
    const urls = Object.values(server(routes)).filter((value) => String(value).startsWith(`${ISSUER}/`));
    const served = apiRows(routes, profile).flatMap((row) =>
      row.kind === 'route' && row.method !== 'HEAD' ? [ISSUER + row.path] : [],
    );
    expect(served).toEqual(expect.arrayContaining(urls));
    expect(urls).toContain(`${ISSUER}/.well-known/jwks.json`);
  });

  test('has no token endpoint and no grant without a row, and says so in as many words', () => {
    const bare = server(withRows());
    expect(bare).not.toHaveProperty('token_endpoint');
    expect(bare).not.toHaveProperty('authorization_endpoint');
    expect(bare).not.toHaveProperty('id_token_signing_alg_values_supported');
    // Left out, they would mean the code grant and the implicit one (RFC 8414, 2).
    expect(bare).toMatchObject({ grant_types_supported: [], response_types_supported: [] });
  });

  test('has the token endpoint of a row that comes later, with the grants that it takes', () => {
    expect(server(withRows(REFRESH))).toMatchObject({
      token_endpoint: `${ISSUER}/v1/auth/refresh`,
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
    });
  });

  test('has of several the one that takes most grants, and only its grants', () => {
    for (const table of [withRows(REFRESH, TOKEN), withRows(TOKEN, REFRESH)]) {
      expect(server(table)).toMatchObject({
        token_endpoint: `${ISSUER}/oauth/token`,
        grant_types_supported: ['authorization_code', 'refresh_token'],
      });
    }
  });

  test('says what a client that knows only the URL looks for: MCP authorization, OAuth 2.1', () => {
    expect(server(routes)).toMatchObject({
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      revocation_endpoint: `${ISSUER}/revoke`,
      introspection_endpoint: `${ISSUER}/introspect`,
      device_authorization_endpoint: `${ISSUER}/device_authorization`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      // Without `none` a client that has a metadata document would register all the same.
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'private_key_jwt'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
    });
  });

  test('offers refresh tokens where there are any: never at a resource', () => {
    const without = described(routes, profile, null);
    const { authorizationServer, protectedResource } = described(routes, profile);
    expect(authorizationServer().scopes_supported).toContain('offline_access');
    expect(protectedResource('').scopes_supported).not.toContain('offline_access');
    expect(without.authorizationServer().scopes_supported).not.toContain('offline_access');
    expect(without.authorizationServer().grant_types_supported).not.toContain('refresh_token');
  });

  test('offers to exchange tokens where there is a provider whose they are', () => {
    const provider = { issuer: 'https://idp.example.com', audiences: ['api'] } as unknown as IdentityProvider;
    // People may sign in with one whose tokens are not exchanged.
    const signInOnly = { ...provider, audiences: [] };
    const grants = (identityProviders: readonly IdentityProvider[]) =>
      described(routes, profile, REFRESH_SETTINGS, { identityProviders }).authorizationServer()
        .grant_types_supported;
    for (const none of [[], [signInOnly]]) expect(grants(none)).not.toContain(TOKEN_EXCHANGE);
    expect(grants([provider])).toEqual([...(grants([]) as string[]), TOKEN_EXCHANGE]);
  });

  test('has no key set where the profile removes its row', () => {
    const without = { ...profile, paths: { ...profile.paths, getJwks: [] } };
    expect(described(routes, without).authorizationServer()).not.toHaveProperty('jwks_uri');
  });

  test('knows a resource for every path that takes a credential, and for no other', () => {
    const { protectedResource } = described(routes, profile);
    for (const row of Object.keys(accessTable(apiRows(routes, profile), rightsIn(profile)))) {
      const path = row.replaceAll(/\{\w+\+?\}/g, 'a');
      expect(protectedResource(path), path).toMatchObject({ resource: ISSUER + path });
    }
    for (const path of ['/', '/health', '/v', '/v1x', '/v9/v1', '/.well-known/jwks.json']) {
      expect(() => protectedResource(path), path).toThrow('There is nothing here.');
    }
  });

  test('offers the scopes that its keys can have', () => {
    const { protectedResource } = described(routes, profile);
    expect(protectedResource('').scopes_supported).toEqual(profile.scopes.map(({ name }) => name));
  });
});
