import { ERRORS, type ErrorCode } from '../lambdas/contract/errors.ts';
import type { Profile, View } from '../lambdas/contract/profile.ts';
import { ADMIN_MANAGES, METHOD_SCOPES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN } from './scopes.ts';

const ACCOUNT = '/v1/account';
const KEYS = `${ACCOUNT}/api-keys`;

/** The name of a key that nobody has named, which the one of a sign-up is too. */
const KEY_NAME = 'Default Key';

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

/** The part of a usage that clients of the page look for. */
interface Counted {
  readonly this_month: { readonly live: number };
  readonly days: readonly { readonly date: string }[];
}

const billed = ({ this_month, days }: Counted) => ({
  period: days.at(-1)?.date.slice(0, 'YYYY-MM'.length),
  api_calls: this_month.live,
});

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
    onboardingName: KEY_NAME,
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
    getAccount: [ACCOUNT],
    getUsage: ['/v1/usage', `${ACCOUNT}/usage`],
    listKeys: [KEYS],
    createKey: [KEYS],
    getKey: [`${KEYS}/{id}`],
    updateKey: [`${KEYS}/{id}`],
    revokeKey: [`${KEYS}/{id}`],
    rotateKey: [`${KEYS}/{id}/rotate`],
  },
  access: {},
  requestFields: {},
  requestDefaults: { createKey: { name: KEY_NAME } },
  present: {
    // `id` and `name` are the key's.
    signUp: ({ tenant_id, api_key, key_name, user_id, workspace_id, key_id }: View) => ({
      id: key_id,
      key: api_key,
      name: key_name,
      key_id,
      tenant_id,
      user_id,
      workspace_id,
    }),
    getAccount: ({ tenant_id, name, email, tier, is_active, created_at }: View) => ({
      org_id: tenant_id,
      name,
      email,
      plan: { id: tier, name: tier },
      is_active,
      created_at,
    }),
    // Calls with live keys count against billing; what we know besides stands beside them.
    getUsage: (usage: View) => ({ current: billed(usage as unknown as Counted), ...usage }),
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
