import * as z from 'zod';
import { publicRoute, type Route } from '../kernel/route.ts';
import type { PublicKey } from './control-facts.ts';
import { JWKS_MAX_AGE_SECONDS } from './keyset.ts';

/** What the function `public` has for this row. */
export interface JwksServices {
  readonly publicKeys: () => Promise<readonly PublicKey[]>;
}

export const jwksRoutes: readonly Route[] = [
  publicRoute({
    id: 'getJwks',
    service: 'public',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The keys that verify our signatures (RFC 7517)',
    tag: 'Discovery',
    advertised: { endpoint: 'jwks_uri' },
    success: {
      status: 200,
      description:
        'A JWK set. Keys come and go with rotations: cache it no longer than `Cache-Control` says.',
      schema: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
      raw: true,
      headers: { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` },
    },
    errors: [],
    handle: async (_request, { publicKeys }: JwksServices) => ({
      keys: (await publicKeys()).flatMap(({ kid, algorithm, jwk }) =>
        jwk === undefined ? [] : [{ ...jwk, kid, alg: algorithm, use: 'sig' }],
      ),
    }),
  }),
];
