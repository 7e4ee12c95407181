import type { FactorContext } from '../../lambdas/factors/check.ts';
import { DEPLOYMENT } from './deployment.ts';
import type { Stores } from './tenants.ts';

/** What proves and sets up second factors, on given stores: the secrets of apps stand in the clear, each with its person. */
export function secondFactorOf(
  stores: Pick<Stores, 'factors' | 'pending' | 'backoff' | 'sources'>,
  now: () => number,
  given: Partial<FactorContext> = {},
): FactorContext {
  const { factors, pending, backoff, sources } = stores;
  return {
    factors,
    pending,
    backoff,
    sources,
    cipher: {
      encrypt: async (plaintext, { userId }) => `${userId}:${plaintext}`,
      async decrypt(ciphertext, { userId }) {
        if (!ciphertext.startsWith(`${userId}:`)) throw new Error("another person's");
        return ciphertext.slice(userId.length + 1);
      },
    },
    deployment: DEPLOYMENT,
    party: { id: 'localhost', origin: 'http://localhost:8080', name: 'Acme' },
    clock: now,
    ...given,
  };
}
