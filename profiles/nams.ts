import { problemBody } from '../lambdas/contract/problem-body.ts';
import type { Profile, View } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

const KEYS = '/v1/auth/api-keys';

/** A key in both spellings: the page's clients read camel case, the Python client snake case. */
const key = (view: View) => ({
  id: view.id,
  label: view.name,
  scopes: view.scopes,
  status: view.status,
  workspaceId: view.workspace_id,
  workspace_id: view.workspace_id,
  createdAt: view.created_at,
  created_at: view.created_at,
  expiresAt: view.expires_at,
  expires_at: view.expires_at,
  revokedAt: view.revoked_at,
  revoked_at: view.revoked_at,
  lastUsedAt: view.last_used_at,
  last_used_at: view.last_used_at,
});

const issuedKey = (view: View) => ({ key: view.key, ...key(view) });

/** NAMS' published contract: `nams_*` keys of 90 days, camel case in bodies, keys below `/v1/auth/api-keys`. */
export const profile = {
  name: 'nams',
  title: 'Neo4j Agent Memory Service',
  keys: {
    prefix: 'nams',
    environments: [],
    defaultScopes: ['read', 'write'],
    // The first key is what manages the others: the page has no other way to them.
    onboardingScopes: ['read', 'write', 'delete', 'admin'],
    defaultExpiryDays: 90,
    maxExpiryDays: 90,
  },
  credentials: ['bearer-token', 'bearer-key'],
  tokens: { algorithm: 'ES256', lifetimeSeconds: 3600 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/v1'],
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  methodScopes: METHOD_SCOPES,
  // Searches that clients make by POST are reads by their purpose.
  pathScopes: [
    { path: '/v1/query', methods: ['POST'], scope: 'read' },
    { path: '/v1/entities/search', methods: ['POST'], scope: 'read' },
  ],
  paths: {
    listKeys: [KEYS],
    createKey: [KEYS],
    getKey: [`${KEYS}/{id}`],
    updateKey: [`${KEYS}/{id}`],
    revokeKey: [`${KEYS}/{id}`],
    rotateKey: [`${KEYS}/{id}/rotate`],
    revealKey: [`${KEYS}/{id}/reveal`],
  },
  access: {},
  requestFields: {
    label: 'name',
    workspaceId: 'workspace_id',
    expiresInDays: 'expires_in_days',
    expiresAt: 'expires_at',
    allowedIps: 'allowed_ips',
    graceSeconds: 'grace_seconds',
  },
  present: {
    listKeys: ({ data, next_cursor }) => ({
      keys: (data as readonly View[]).map(key),
      nextCursor: next_cursor,
    }),
    createKey: issuedKey,
    rotateKey: issuedKey,
    getKey: key,
    updateKey: key,
    revokeKey: ({ status }) => ({ status }),
  },
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
