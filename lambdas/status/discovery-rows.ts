import * as z from 'zod';
import type { Sent } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { JWKS_MAX_AGE_SECONDS } from '../signing/keyset.ts';

/** The services of these rows in the function `public`. */
export interface DiscoveryServices {
  readonly discovery: Discovery;
}

/** The deployment's metadata, for clients that know it only by its URL. */
export interface Discovery {
  readonly authorizationServer: () => Sent<z.output<typeof authorizationServer>>;
  /** `path` is the resource's, undecoded; empty for the whole API. Throws `not_found`. */
  readonly protectedResource: (path: string) => Sent<z.output<typeof protectedResource>>;
}

const authorizationServer = z
  .looseObject({
    issuer: z.string().describe('`iss` of the tokens, to the letter.'),
    jwks_uri: z.string().optional(),
    authorization_endpoint: z.string().optional(),
    token_endpoint: z.string().optional(),
    registration_endpoint: z.string().optional(),
    revocation_endpoint: z.string().optional(),
    introspection_endpoint: z.string().optional(),
    device_authorization_endpoint: z.string().optional(),
    token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    code_challenge_methods_supported: z.array(z.string()).optional(),
    authorization_response_iss_parameter_supported: z.boolean().optional(),
    client_id_metadata_document_supported: z
      .boolean()
      .optional()
      .describe('Whether the URL of a metadata document is taken for a client_id.'),
    scopes_supported: z.array(z.string()),
  })
  .meta({ id: 'AuthorizationServer' });

const protectedResource = z
  .looseObject({
    resource: z.string(),
    authorization_servers: z.array(z.string()),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
    resource_name: z.string(),
  })
  .meta({ id: 'ProtectedResource' });

/** Where RFC 9728, 3.1 has the metadata: before the path of the resource. */
const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';

/** A document that may be cached for as long as the keys that it leads to. */
const DOCUMENT = {
  kind: 'raw',
  status: 200,
  headers: { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` },
} as const;

const SERVER_METADATA = {
  ...DOCUMENT,
  description: 'What the authorization server has. What it has not is not there.',
  schema: authorizationServer,
};

const RESOURCE_METADATA = {
  ...DOCUMENT,
  description: 'Who issues tokens for this resource, and how they are sent.',
  schema: protectedResource,
};

const group = routeGroup<DiscoveryServices>()({ service: 'public', tag: 'Discovery' });

export const discoveryRoutes = group.rows({
  getAuthorizationServer: group.public({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    summary: 'The metadata of the authorization server (RFC 8414)',
    success: SERVER_METADATA,
    errors: [],
    handle: async (_request, { discovery }) => discovery.authorizationServer(),
  }),
  getOpenIdConfiguration: group.public({
    method: 'GET',
    path: '/.well-known/openid-configuration',
    summary: 'The same, where clients of OpenID Connect look for it',
    description: 'No ID tokens are issued, so nothing is said of them.',
    success: SERVER_METADATA,
    errors: [],
    handle: async (_request, { discovery }) => discovery.authorizationServer(),
  }),
  getProtectedResource: group.public({
    method: 'GET',
    path: PROTECTED_RESOURCE_PATH,
    summary: 'The metadata of this API as a protected resource (RFC 9728)',
    success: RESOURCE_METADATA,
    errors: [],
    handle: async (_request, { discovery }) => discovery.protectedResource(''),
  }),
  getProtectedResourceBelow: group.public({
    method: 'GET',
    path: `${PROTECTED_RESOURCE_PATH}/{resource+}`,
    summary: 'The metadata of a path of this API as a protected resource (RFC 9728, 3.1)',
    success: RESOURCE_METADATA,
    errors: ['not_found'],
    handle: async ({ path }, { discovery }) =>
      discovery.protectedResource(path.slice(PROTECTED_RESOURCE_PATH.length)),
  }),
});
