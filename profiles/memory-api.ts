import { ERRORS, type ErrorCode } from '../lambdas/contract/errors.ts';
import type { Profile, View } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

const KEYS = '/v1/account/api-keys';

/** The four codes that the page's clients know by a name of their own; a dead key is an invalid one to them. */
const NAMED: Readonly<Partial<Record<ErrorCode, string>>> = {
  missing_credential: 'MISSING_API_KEY',
  invalid_credential: 'INVALID_API_KEY',
  expired_credential: 'INVALID_API_KEY',
  revoked_credential: 'INVALID_API_KEY',
  disabled_credential: 'INVALID_API_KEY',
  rate_limited: 'RATE_LIMIT_EXCEEDED',
  malformed_request: 'VALIDATION_ERROR',
  invalid_field: 'VALIDATION_ERROR',
};

/** A list is sent as an array, and the cursor of one that comes in pages beside the request's id. */
function isList(
  body: unknown,
): body is { readonly data: readonly unknown[]; readonly next_cursor?: unknown } {
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data);
}

/** Memory API's published contract: signup without a password, two environments, everything in an envelope. */
export const profile = {
  name: 'memory-api',
  title: 'Memory API',
  keys: {
    prefix: 'mem',
    environments: ['live', 'test'],
    defaultScopes: ['read', 'write'],
    // A sign-up has no password: the first key manages the others.
    onboardingScopes: ['read', 'write', 'delete', 'admin'],
    defaultExpiryDays: null,
    maxExpiryDays: 3650,
  },
  credentials: ['bearer-token', 'bearer-key', 'x-api-key'],
  tokens: { algorithm: 'ES256', lifetimeSeconds: 3600 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/v1'],
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  methodScopes: METHOD_SCOPES,
  // "Read memories, query, view usage" is what the page gives `read`.
  pathScopes: [
    { path: '/v1/query', methods: ['POST'], scope: 'read' },
    { path: '/v1/query/answer', methods: ['POST'], scope: 'read' },
  ],
  paths: {
    signUp: ['/signup', '/v1/signup'],
    listKeys: [KEYS],
    createKey: [KEYS],
    getKey: [`${KEYS}/{id}`],
    updateKey: [`${KEYS}/{id}`],
    revokeKey: [`${KEYS}/{id}`],
    rotateKey: [`${KEYS}/{id}/rotate`],
  },
  access: {},
  requestFields: {},
  present: {
    signUp: ({ tenant_id, api_key, name, user_id, workspace_id, key_id }: View) => ({
      id: tenant_id,
      key: api_key,
      name,
      user_id,
      workspace_id,
      key_id,
    }),
  },
  envelope: (body, { requestId, processingTimeMs }) => {
    const meta = { request_id: requestId, processing_time_ms: processingTimeMs };
    if (!isList(body)) return { success: true, data: body, meta };
    const { data, ...cursor } = body;
    return { success: true, data, meta: { ...meta, ...cursor } };
  },
  errorCodes: Object.fromEntries(
    (Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, NAMED[code] ?? code.toUpperCase()]),
  ),
  errorBody: ({ code, message, requestId, fields }) => ({
    success: false,
    error: { code, message, ...(fields.length > 0 ? { details: fields } : {}) },
    meta: { request_id: requestId },
  }),
} satisfies Profile as Profile;
