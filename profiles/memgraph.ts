import type { Access } from '../lambdas/contract/access.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_INCLUDES_ALL, SCOPES } from '../lambdas/contract/scopes.ts';
import { problemBody } from './error-bodies.ts';
import { WRITE_DELETES } from './method-scopes.ts';

/** The page says "requires JWT auth", and that an admin manages the keys. */
const adminPerson: Access = { kind: 'credential', scope: 'admin', callers: 'user' };

/** Memgraph's published contract: `mg_live_*` in `X-API-KEY`, HS256 tokens of seven days, three roles. */
export const profile = {
  name: 'memgraph',
  title: 'Memgraph',
  keys: {
    prefix: 'mg',
    environments: ['live'],
    scopes: SCOPES,
    defaultScopes: null,
    onboardingScopes: ['read', 'write', 'delete'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'x-api-key'],
  tokens: { algorithm: 'HS256', lifetimeSeconds: 7 * 86_400, refresh: false },
  allowsAnonymous: true,
  upstreamPrefixes: ['/v1'],
  // An editor reads and writes "events, beliefs, episodes"; the page knows no right to delete of its own.
  methodScopes: WRITE_DELETES,
  pathScopes: [],
  scopeInclusion: ADMIN_INCLUDES_ALL,
  // The page knows one token of seven days and nothing that renews it.
  paths: { getMetrics: ['/metrics'], refresh: [] },
  access: {
    listKeys: adminPerson,
    createKey: adminPerson,
    getKey: adminPerson,
    updateKey: adminPerson,
    revokeKey: adminPerson,
    rotateKey: adminPerson,
  },
  requestFields: { cluster_name: 'workspace_name' },
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
