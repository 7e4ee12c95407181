import type { Profile } from '../lambdas/contract/profile.ts';
import { problemBody } from './error-bodies.ts';
import { WRITE_DELETES } from './method-scopes.ts';

/** Neuroloom's published contract: two environments, three scopes that include each other, `/api/v1` for its plugin. */
export const profile = {
  name: 'neuroloom',
  title: 'Neuroloom',
  keys: {
    prefix: 'nlk',
    environments: ['live', 'test'],
    scopes: ['read', 'write', 'admin'],
    // "Use the narrowest scope possible for production agents."
    defaultScopes: ['read'],
    onboardingScopes: ['read', 'write', 'admin'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'token-key'],
  tokens: { algorithm: 'ES256', lifetimeSeconds: 3600 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/v1', '/api/v1'],
  methodScopes: WRITE_DELETES,
  pathScopes: [],
  scopeInclusion: { write: ['read'], admin: ['read', 'write', 'delete'] },
  paths: {},
  access: {},
  requestFields: {},
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
