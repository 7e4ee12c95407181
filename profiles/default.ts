import { problemBody } from '../lambdas/contract/problem-body.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

/** Latchkey's own contract: both header styles, all scopes, a scope for each kind of method. */
export const profile = {
  name: 'default',
  title: 'Latchkey',
  keys: {
    prefix: 'lk',
    environments: ['live', 'test'],
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
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  methodScopes: METHOD_SCOPES,
  pathScopes: [],
  paths: {},
  access: {},
  requestFields: {},
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
