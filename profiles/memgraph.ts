import type { AreaAccess } from '../lambdas/contract/access.ts';
import { problemBody } from '../lambdas/contract/problem-body.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN, WRITE_DELETES } from './scopes.ts';

/** The page says "requires JWT auth", and that an admin manages the keys. */
const adminPerson: AreaAccess = { kind: 'credential', scope: 'keys', callers: 'user' };

/** Memgraph's published contract: `mg_live_*` in `X-API-KEY`, HS256 tokens of seven days, three roles. */
export const profile = {
  name: 'memgraph',
  title: 'Memgraph',
  keys: {
    prefix: 'mg',
    environments: ['live'],
    defaultScopes: null,
    onboardingScopes: ['read', 'write', 'delete'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'x-api-key'],
  tokens: { algorithm: 'HS256', lifetimeSeconds: 7 * 86_400, refresh: false },
  allowsAnonymous: true,
  upstreamPrefixes: ['/v1', '/v2'],
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  // An editor reads and writes "events, beliefs, episodes"; the page knows no right to delete of its own.
  methodScopes: WRITE_DELETES,
  // Searches that the client makes by POST are reads by their purpose.
  pathScopes: [
    { path: '/v2/context', methods: ['POST'], scope: 'read' },
    { path: '/v2/entities/search', methods: ['POST'], scope: 'read' },
  ],
  // The page knows one token of seven days and nothing that renews it.
  paths: { getMetrics: ['/metrics'], refresh: [] },
  access: {
    listKeys: adminPerson,
    createKey: adminPerson,
    getKey: adminPerson,
    updateKey: adminPerson,
    revokeKey: adminPerson,
    rotateKey: adminPerson,
    createEmbedToken: adminPerson,
  },
  requestFields: { cluster_name: 'workspace_name' },
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
