import type { TokenSettings } from '../../lambdas/deployment.ts';

/** How a deployment of the default profile gives tokens. */
export const TOKENS: TokenSettings = {
  algorithm: 'ES256',
  acceptsHs256: false,
  accessSeconds: 900,
  refresh: { graceSeconds: 120, idleSeconds: 30 * 86_400, absoluteSeconds: 365 * 86_400 },
};
