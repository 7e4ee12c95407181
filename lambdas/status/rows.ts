import * as z from 'zod';
import { publicRoute, type Route } from '../kernel/route.ts';
import { JWKS_MAX_AGE_SECONDS } from '../signing/keyset.ts';

/** Seconds for which the documents may be cached: as long as the keys that they lead to. */
const DISCOVERY_HEADERS = { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` };

/** What the function `public` has for these rows. */
export interface StatusServices {
  /** Throws `unavailable` that names the failing part. */
  readonly checkHealth: () => Promise<void>;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly openApi: () => Readonly<Record<string, unknown>>;
  readonly discovery: Discovery;
}

/** What the deployment says of itself to clients that know it only by its URL. */
export interface Discovery {
  readonly authorizationServer: () => Readonly<Record<string, unknown>>;
  /** `path` is the resource's, undecoded; empty for the whole API. Throws `not_found`. */
  readonly protectedResource: (path: string) => Readonly<Record<string, unknown>>;
}

const AUTHORIZATION_SERVER = {
  service: 'public',
  method: 'GET',
  tag: 'Discovery',
  success: {
    status: 200,
    description: 'What the authorization server has. What it has not is not there.',
    schema: z.looseObject({
      issuer: z.string().describe('`iss` of the tokens, to the letter.'),
      jwks_uri: z.string().optional(),
      token_endpoint: z.string().optional(),
      token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
      response_types_supported: z.array(z.string()),
      grant_types_supported: z.array(z.string()),
      scopes_supported: z.array(z.string()),
    }),
    raw: true,
    headers: DISCOVERY_HEADERS,
  },
  errors: [],
  handle: async (_request: unknown, { discovery }: StatusServices) => discovery.authorizationServer(),
} as const;

/** Where RFC 9728, 3.1 has the metadata: before the path of the resource. */
const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';

const PROTECTED_RESOURCE = {
  service: 'public',
  method: 'GET',
  tag: 'Discovery',
  success: {
    status: 200,
    description: 'Who issues tokens for this resource, and how they are sent.',
    schema: z.looseObject({
      resource: z.string(),
      authorization_servers: z.array(z.string()),
      scopes_supported: z.array(z.string()),
      bearer_methods_supported: z.array(z.string()),
      resource_name: z.string(),
    }),
    raw: true,
    headers: DISCOVERY_HEADERS,
  },
} as const;

export const statusRoutes: readonly Route[] = [
  publicRoute({
    id: 'getHealth',
    service: 'public',
    method: 'GET',
    path: '/health',
    summary: 'Whether the database and the signing keys answer',
    tag: 'Service',
    success: {
      status: 200,
      description: 'All is well. The answer may be five seconds old.',
      schema: z.object({ status: z.literal('ok'), checks: z.record(z.string(), z.literal('ok')) }),
    },
    errors: ['unavailable'],
    handle: async (_request, { checkHealth }: StatusServices) => {
      await checkHealth();
      return { status: 'ok', checks: { database: 'ok', signing_keys: 'ok' } };
    },
  }),
  publicRoute({
    id: 'getMetrics',
    service: 'public',
    method: 'GET',
    path: null,
    summary: 'How many tenants, people, keys and decisions there are, for Prometheus',
    tag: 'Service',
    success: {
      status: 200,
      description:
        "Prometheus' text format. Counts may be five seconds old; those of decisions a few minutes, and they begin again at 00:00 UTC.",
      schema: z.string(),
      text: 'text/plain; version=0.0.4; charset=utf-8',
      headers: { 'Cache-Control': 'public, max-age=5' },
    },
    errors: ['unavailable'],
    handle: async (_request, { metrics }: StatusServices) => ({ text: await metrics() }),
  }),
  publicRoute({
    id: 'getOpenApi',
    service: 'public',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Service',
    success: {
      status: 200,
      description: 'OpenAPI 3.1.',
      schema: z.looseObject({ openapi: z.string() }),
      raw: true,
      headers: { 'Cache-Control': 'public, max-age=300' },
    },
    errors: [],
    handle: async (_request, { openApi }: StatusServices) => openApi(),
  }),
  publicRoute({
    ...AUTHORIZATION_SERVER,
    id: 'getAuthorizationServer',
    path: '/.well-known/oauth-authorization-server',
    summary: 'The metadata of the authorization server (RFC 8414)',
  }),
  publicRoute({
    ...AUTHORIZATION_SERVER,
    id: 'getOpenIdConfiguration',
    path: '/.well-known/openid-configuration',
    summary: 'The same, where clients of OpenID Connect look for it',
    description: 'No ID tokens are issued, so nothing is said of them.',
  }),
  publicRoute({
    ...PROTECTED_RESOURCE,
    id: 'getProtectedResource',
    path: PROTECTED_RESOURCE_PATH,
    summary: 'The metadata of this API as a protected resource (RFC 9728)',
    errors: [],
    handle: async (_request, { discovery }: StatusServices) => discovery.protectedResource(''),
  }),
  publicRoute({
    ...PROTECTED_RESOURCE,
    id: 'getProtectedResourceBelow',
    path: `${PROTECTED_RESOURCE_PATH}/{resource+}`,
    summary: 'The metadata of a path of this API as a protected resource (RFC 9728, 3.1)',
    errors: ['not_found'],
    handle: async ({ path }, { discovery }: StatusServices) =>
      discovery.protectedResource(path.slice(PROTECTED_RESOURCE_PATH.length)),
  }),
];
