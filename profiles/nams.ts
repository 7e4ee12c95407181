import type { Profile, View } from '../lambdas/contract/profile.ts';
import { problemBody } from './error-bodies.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

const KEYS = '/v1/auth/api-keys';

/** A new or rotated key as it is shown: all that the clients read. */
const issuedKey = ({ id, key, name }: View) => ({ id, key, label: name });

const key = (view: View) => ({
  id: view.id,
  label: view.name,
  workspaceId: view.workspace_id,
  scopes: view.scopes,
  status: view.status,
  createdAt: view.created_at,
  expiresAt: view.expires_at,
  revokedAt: view.revoked_at,
  lastUsedAt: view.last_used_at,
});

const listedKey = (view: View) => {
  const { id, label, createdAt, expiresAt, revokedAt } = key(view);
  return { id, label, createdAt, expiresAt, revokedAt };
};

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
  pathScopes: [],
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
      keys: (data as readonly View[]).map(listedKey),
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
