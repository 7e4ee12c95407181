import * as z from 'zod';
import { JWKS_MAX_AGE_SECONDS } from '../domain/keyset.ts';
import type { PublicKey } from '../domain/tenant-facts.ts';
import { publicRoute, type Route } from './route.ts';

/** What the function `public` has for its rows. */
export interface PublicServices {
  /** Throws `unavailable` that names the failing part. */
  readonly checkHealth: () => Promise<void>;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly openApi: () => Readonly<Record<string, unknown>>;
  readonly publicKeys: () => Promise<readonly PublicKey[]>;
}

export const publicRoutes: readonly Route[] = [
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
    handle: async (_request, { checkHealth }: PublicServices) => {
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
    handle: async (_request, { metrics }: PublicServices) => ({ text: await metrics() }),
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
    handle: async (_request, { openApi }: PublicServices) => openApi(),
  }),
  publicRoute({
    id: 'getJwks',
    service: 'public',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The keys that verify our signatures (RFC 7517)',
    tag: 'Service',
    success: {
      status: 200,
      description:
        'A JWK set. Keys come and go with rotations: cache it no longer than `Cache-Control` says.',
      schema: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
      raw: true,
      headers: { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` },
    },
    errors: [],
    handle: async (_request, { publicKeys }: PublicServices) => ({
      keys: (await publicKeys()).flatMap(({ kid, algorithm, jwk }) =>
        jwk === undefined ? [] : [{ ...jwk, kid, alg: algorithm, use: 'sig' }],
      ),
    }),
  }),
];
