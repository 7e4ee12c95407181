import * as z from 'zod';
import { routeGroup } from '../kernel/route.ts';
import type { PublicKey } from './control-facts.ts';
import { JWKS_MAX_AGE_SECONDS } from './keyset.ts';

/** The services of this row in the function `public`. */
export interface JwksServices {
  readonly publicKeys: () => Promise<readonly PublicKey[]>;
}

const group = routeGroup<JwksServices>()({ service: 'public', tag: 'Discovery' });

export const jwksRoutes = group.rows({
  getJwks: group.public({
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The keys that verify our signatures (RFC 7517)',
    advertised: { endpoint: 'jwks_uri' },
    success: {
      kind: 'raw',
      status: 200,
      description:
        'A JWK set. Keys come and go with rotations: cache it no longer than `Cache-Control` says.',
      schema: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
      headers: { 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` },
    },
    errors: [],
    handle: async (_request, { publicKeys }) => ({
      keys: (await publicKeys()).flatMap(({ kid, algorithm, jwk }) =>
        jwk === undefined ? [] : [{ ...jwk, kid, alg: algorithm, use: 'sig' }],
      ),
    }),
  }),
});
