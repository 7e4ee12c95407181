import * as z from 'zod';
import type { AccountStore } from '../domain/accounts.ts';
import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/errors.ts';
import {
  createKey,
  findKey,
  type KeyContext,
  listKeys,
  MAX_GRACE_SECONDS,
  revealKey,
  revokeKey,
  rotateKey,
  updateKey,
} from '../domain/keys.ts';
import { type AuditServices, auditRoutes } from './audit.ts';
import { openCursor, sealCursor } from './cursor.ts';
import { type KeyToolServices, keyToolRoutes } from './key-tools.ts';
import { callerRoute, type Route } from './route.ts';
import {
  allowedIps,
  environment,
  expiryFields,
  expiryRequest,
  issuedKeyView,
  keyView,
  metadata,
  onlyOneExpiry,
  plainText,
  role,
  scopes,
  viewKey,
  workspaceId,
} from './schemas.ts';
import { type SessionServices, sessionRoutes } from './sessions.ts';
import { type TenancyServices, tenancyRoutes } from './tenancy.ts';
import { type UsageServices, usageRoutes } from './usage.ts';

/** What the function `management` has for its rows. */
export interface ManagementServices
  extends SessionServices,
    TenancyServices,
    KeyToolServices,
    AuditServices,
    UsageServices {
  readonly keys: KeyContext;
  readonly users: Pick<AccountStore, 'findUser'>;
}

const anyCaller = { kind: 'credential', scope: null } as const;
const administrator = { kind: 'credential', scope: 'admin' } as const;

const accountRows: readonly Route[] = [
  callerRoute({
    id: 'getMe',
    service: 'management',
    method: 'GET',
    path: '/v1/auth/me',
    access: anyCaller,
    summary: 'Who is calling: a person or an API key',
    tag: 'Accounts',
    success: {
      status: 200,
      description: 'The caller.',
      schema: z.object({
        kind: z.enum(['user', 'key', 'anonymous']),
        tenant_id: z.string(),
        workspace_id: z.string(),
        scopes: z.array(z.string()),
        user_id: z.string().optional(),
        email: z.string().optional(),
        full_name: z.string().nullable().optional(),
        role: role.optional(),
        session_id: z.string().optional(),
        key: keyView.optional(),
      }),
    },
    errors: [],
    handle: async (_request, services: ManagementServices, caller) => ({
      kind: caller.kind,
      tenant_id: caller.tenantId,
      workspace_id: caller.workspaceId,
      scopes: caller.scopes,
      ...(await aboutCaller(caller, services)),
    }),
  }),
];

async function aboutCaller(
  caller: Caller,
  { keys, users }: ManagementServices,
): Promise<Record<string, unknown>> {
  switch (caller.kind) {
    case 'user': {
      const user = await users.findUser(caller.tenantId, caller.userId);
      if (user === undefined) throw new Problem('ended_session');
      return {
        user_id: user.userId,
        email: user.email,
        full_name: user.fullName,
        role: caller.role,
        session_id: caller.sessionId,
      };
    }
    case 'key':
      return { key: viewKey(await findKey(caller.keyId, caller, keys), keys.profile.keys, keys.clock()) };
    case 'anonymous':
      return {};
  }
}

const keyRows: readonly Route[] = [
  callerRoute({
    id: 'listKeys',
    service: 'management',
    method: 'GET',
    path: '/v1/api-keys',
    access: administrator,
    summary: 'List the API keys, oldest first',
    tag: 'API keys',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(200).optional(),
      workspace_id: workspaceId
        .optional()
        .describe('Only keys of this workspace; X-Workspace-Id says the same.'),
    }),
    success: {
      status: 200,
      description: 'A page of keys, without the keys themselves.',
      schema: z.object({ data: z.array(keyView), next_cursor: z.string().nullable() }),
    },
    errors: ['not_found'],
    handle: async ({ query, workspaceId: named }, { keys }: ManagementServices, caller) => {
      const after = openCursor(query.cursor, caller.tenantId);
      const page = await listKeys(caller, query.limit, after, query.workspace_id ?? named, keys);
      return {
        data: page.keys.map((key) => viewKey(key, keys.profile.keys, keys.clock())),
        next_cursor: sealCursor(page.next, caller.tenantId),
      };
    },
  }),
  callerRoute({
    id: 'createKey',
    service: 'management',
    method: 'POST',
    path: '/v1/api-keys',
    access: administrator,
    summary: 'Create an API key',
    description:
      'Nobody can give a key more than they have: scopes and, for a key, workspace, expiry and addresses.',
    tag: 'API keys',
    body: z
      .strictObject({
        name: plainText(100),
        workspace_id: workspaceId.optional(),
        environment: environment.optional(),
        scopes: scopes.optional(),
        ...expiryFields,
        allowed_ips: allowedIps.optional(),
        metadata: metadata.optional(),
      })
      .refine(onlyOneExpiry.check, onlyOneExpiry.problem),
    success: { status: 201, description: 'The key. It is shown only now.', schema: issuedKeyView },
    errors: ['exceeds_own_rights', 'limit_reached', 'not_found'],
    handle: async ({ body, origin, workspaceId: named }, { keys }: ManagementServices, caller) => {
      const inWorkspace = body.workspace_id ?? named;
      const { apiKey, key } = await createKey(
        {
          name: body.name,
          ...expiryRequest(body, keys.clock()),
          ...(inWorkspace === undefined ? {} : { workspaceId: inWorkspace }),
          ...(body.environment === undefined ? {} : { environment: body.environment }),
          ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
          ...(body.allowed_ips === undefined ? {} : { allowedBlocks: body.allowed_ips }),
          ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
        },
        caller,
        origin,
        keys,
      );
      return { ...viewKey(apiKey, keys.profile.keys, keys.clock()), key };
    },
  }),
  callerRoute({
    id: 'getKey',
    service: 'management',
    method: 'GET',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Show an API key',
    tag: 'API keys',
    success: { status: 200, description: 'The key, without the key itself.', schema: keyView },
    errors: ['not_found'],
    handle: async ({ params }, { keys }: ManagementServices, caller) =>
      viewKey(await findKey(params.id ?? '', caller, keys), keys.profile.keys, keys.clock()),
  }),
  callerRoute({
    id: 'updateKey',
    service: 'management',
    method: 'PATCH',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Change, disable or enable an API key',
    tag: 'API keys',
    body: z
      .strictObject({
        name: plainText(100).optional(),
        enabled: z.boolean().optional(),
        scopes: scopes.optional(),
        ...expiryFields,
        allowed_ips: allowedIps.optional(),
        metadata: metadata.optional(),
      })
      .refine(onlyOneExpiry.check, onlyOneExpiry.problem)
      .refine(
        (body) => Object.values(body).some((value) => value !== undefined),
        'must change at least one field',
      ),
    success: { status: 200, description: 'The key as it is now.', schema: keyView },
    errors: ['not_found', 'gone', 'exceeds_own_rights', 'conflicting_state'],
    handle: async ({ params, body, origin }, { keys }: ManagementServices, caller) => {
      const changed = await updateKey(
        params.id ?? '',
        {
          ...expiryRequest(body, keys.clock()),
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
          ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
          ...(body.allowed_ips === undefined ? {} : { allowedBlocks: body.allowed_ips }),
          ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
        },
        caller,
        origin,
        keys,
      );
      return viewKey(changed, keys.profile.keys, keys.clock());
    },
  }),
  callerRoute({
    id: 'revokeKey',
    service: 'management',
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Revoke an API key at once and for ever',
    tag: 'API keys',
    success: {
      status: 200,
      description: 'The key is refused from now on.',
      schema: z.object({ id: z.string(), status: z.literal('revoked') }),
    },
    errors: ['not_found'],
    handle: async ({ params, origin }, { keys }: ManagementServices, caller) => {
      const { id } = await revokeKey(params.id ?? '', caller, origin, keys);
      return { id, status: 'revoked' };
    },
  }),
  callerRoute({
    id: 'revealKey',
    service: 'management',
    method: 'GET',
    path: null,
    access: administrator,
    summary: 'Always 410: keys are stored as hashes and cannot be shown again',
    tag: 'API keys',
    query: z.strictObject({ workspace_id: workspaceId.optional() }),
    success: { status: 200, description: 'Never.', schema: z.object({ id: z.string(), key: z.string() }) },
    errors: ['not_found', 'gone'],
    handle: ({ params, query, workspaceId: named }, { keys }: ManagementServices, caller) =>
      revealKey(params.id ?? '', query.workspace_id ?? named, caller, keys),
  }),
  callerRoute({
    id: 'rotateKey',
    service: 'management',
    method: 'POST',
    path: '/v1/api-keys/{id}/rotate',
    access: administrator,
    summary: 'Replace the key of an API key; id, rights and allowance stay',
    tag: 'API keys',
    body: z.strictObject({
      grace_seconds: z
        .int('must be a whole number of seconds')
        .min(0)
        .max(MAX_GRACE_SECONDS)
        .default(0)
        .describe(
          'Seconds for which the present key goes on working; 0 ends it, and any older one, at once.',
        ),
      keep_previous: z
        .boolean()
        .default(false)
        .describe(
          'While a grace runs: replace only the newest key, whose answer was lost; the grace goes on.',
        ),
    }),
    success: { status: 200, description: 'The new key. It is shown only now.', schema: issuedKeyView },
    errors: ['not_found', 'gone', 'exceeds_own_rights', 'conflicting_state'],
    handle: async ({ params, body, origin }, { keys }: ManagementServices, caller) => {
      const { apiKey, key } = await rotateKey(
        params.id ?? '',
        { graceSeconds: body.grace_seconds, keepPrevious: body.keep_previous },
        caller,
        origin,
        keys,
      );
      return { ...viewKey(apiKey, keys.profile.keys, keys.clock()), key };
    },
  }),
];

export const managementRoutes: readonly Route[] = [
  ...accountRows,
  ...sessionRoutes,
  ...keyRows,
  ...keyToolRoutes,
  ...tenancyRoutes,
  ...auditRoutes,
  ...usageRoutes,
];
