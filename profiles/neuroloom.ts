import { problemBody } from '../lambdas/contract/problem-body.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, WRITE_DELETES } from './scopes.ts';

/** Neuroloom's published contract: two environments, three scopes that include each other, `/api/v1` for its plugin. */
export const profile = {
  name: 'neuroloom',
  title: 'Neuroloom',
  keys: {
    prefix: 'nlk',
    environments: ['live', 'test'],
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
  scopes: [
    { name: 'read', description: 'Read' },
    { name: 'write', description: 'Read, create, change and delete', includes: ['read'] },
    {
      name: 'admin',
      description: 'Everything, and manage keys, people and settings',
      includes: ['read', 'write'],
      managing: true,
    },
  ],
  roles: {
    viewer: { scopes: ['read'], description: 'Reads' },
    editor: { scopes: ['read', 'write'], description: 'Reads and writes' },
    admin: { scopes: ['read', 'write', 'admin'], description: 'Manages the tenant' },
  },
  ownerRole: 'admin',
  areaScopes: ADMIN_MANAGES,
  methodScopes: WRITE_DELETES,
  // Searches that its MCP server makes by POST are reads by their purpose; the page gives `read` "search and retrieve".
  pathScopes: ['/v1', '/api/v1'].flatMap((prefix) =>
    ['memories/search', 'memories/explore', 'code-graph/context'].map((search) => ({
      path: `${prefix}/${search}`,
      methods: ['POST' as const],
      scope: 'read',
    })),
  ),
  paths: {},
  access: {},
  requestFields: {},
  present: {},
  envelope: (body) => body,
  errorCodes: {},
  errorBody: problemBody,
} satisfies Profile as Profile;
