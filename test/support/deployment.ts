import type { Deployment, RefreshSettings } from '../../lambdas/contract/deployment.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import type { Rights } from '../../lambdas/contract/rights.ts';
import { PROFILES_OWN, rightsOf } from '../../lib/rights.ts';
import { profile } from '../../profiles/default.ts';
import { ROOMY_ADDRESS_LIMITS } from './address-limits.ts';

/** How a deployment of the default profile refreshes tokens. */
export const REFRESH: RefreshSettings = {
  graceSeconds: 120,
  idleSeconds: 30 * 86_400,
  absoluteSeconds: 365 * 86_400,
};

/** The scopes and roles of a profile, where the configuration has none of its own. */
export const rightsIn = (given: Profile): Rights => rightsOf(PROFILES_OWN, given);

/** Those of the default profile. */
export const RIGHTS = rightsIn(profile);
export const ROLES = Object.keys(RIGHTS.roles);
export const SCOPES = Object.keys(RIGHTS.inclusion);

/** A deployment of the default profile without an upstream; tests say what of it they are about. */
export const DEPLOYMENT: Deployment = {
  environment: 'production',
  anonymous: false,
  tiers: { free: { keyRequestsPerMinute: 100, sessionRequestsPerMinute: 100, keys: 100 } },
  initialTier: 'free',
  identityProviders: [],
  factors: { requiredRoles: [], passkeyDomain: null },
  revealsKeys: false,
  tokens: { algorithm: 'ES256', acceptsHs256: false, accessSeconds: 900, refresh: REFRESH },
  sandbox: { keyRequestsPerMinute: 100 },
  usageKeys: { max: 100, maxForInitialTier: 100, warmSeconds: 1, retireSeconds: 5 },
  upstreams: [],
  rights: RIGHTS,
  pathScopes: [],
  addressLimits: ROOMY_ADDRESS_LIMITS,
  cors: { allowedOrigins: ['*'], allowedHeaders: [], exposedHeaders: ['X-Request-ID'], maxAgeSeconds: 60 },
  allowedDecisionsPerLogLine: 1,
  traces: null,
  mail: { from: null, allowsUnverified: true },
  console: true,
  basePath: '',
  gatewayFacts: { zeroPlanThrottles: false, mappedHeaderReplaces: false },
};
