import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

/** MemoryRelay's published contract: `mem_*` in either header, four scopes, errors whose `code` is the status. */
export const profile = {
  name: 'memoryrelay',
  title: 'MemoryRelay',
  keys: {
    prefix: 'mem',
    environments: [],
    defaultScopes: ['read', 'write'],
    // "Reserve admin scope for management tools": the first key is one.
    onboardingScopes: ['read', 'write', 'delete', 'admin'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'x-api-key'],
  tokens: { algorithm: 'ES256', lifetimeSeconds: 3600 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/v1', '/v2'],
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  methodScopes: METHOD_SCOPES,
  // A search is sent as a POST and retrieves: "read: List and retrieve agents, memories, …".
  pathScopes: [{ path: '/v1/memories/search', methods: ['POST'], scope: 'read' }],
  paths: { getHealth: ['/health', '/v1/health'] },
  access: {},
  requestFields: {},
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  // The page's four members, and those in which its clients look for the text: `detail` (Python), `error` (Node).
  errorBody: ({ type, message, status, requestId, fields }) => ({
    type,
    message,
    code: status,
    request_id: requestId,
    detail: message,
    error: message,
    ...(fields.length > 0 ? { errors: fields } : {}),
  }),
  promisesRateHeaders: true,
} satisfies Profile as Profile;
