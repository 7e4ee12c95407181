import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_INCLUDES_ALL, SCOPES } from '../lambdas/contract/scopes.ts';
import { problemBody } from './error-bodies.ts';
import { METHOD_SCOPES } from './method-scopes.ts';

/** Latchkey's own contract: both header styles, all scopes, a scope for each kind of method. */
export const profile = {
  name: 'default',
  title: 'Latchkey',
  keys: {
    prefix: 'lk',
    environments: ['live', 'test'],
    scopes: SCOPES,
    defaultScopes: ['read', 'write'],
    onboardingScopes: ['read', 'write', 'delete'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'token-key', 'x-api-key'],
  // A quarter of an hour: short enough to lose, as a refresh token brings the next.
  tokens: { algorithm: 'ES256', lifetimeSeconds: 900 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/v1'],
  methodScopes: METHOD_SCOPES,
  pathScopes: [],
  scopeInclusion: ADMIN_INCLUDES_ALL,
  paths: {},
  access: {},
  requestFields: {},
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
