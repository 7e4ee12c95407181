import * as z from 'zod';
import { openCursor, sealCursor } from '../kernel/cursor.ts';
import { allowedIps, environment, plainText, scopes, workspaceId } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import {
  expiryFields,
  expiryRequest,
  issuedKeyView,
  keyView,
  metadata,
  onlyOneExpiry,
  viewKey,
} from '../keys/views.ts';
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
} from './keys.ts';

/** What the function `management` has for these rows. */
export interface KeyServices {
  readonly keys: KeyContext;
}

const administrator = { kind: 'credential', scope: 'admin' } as const;

const group = routeGroup<KeyServices>()({ service: 'management', tag: 'API keys' });

export const keyRoutes = group.rows({
  listKeys: group.caller({
    method: 'GET',
    path: '/v1/api-keys',
    access: administrator,
    summary: 'List the API keys, oldest first',
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
    handle: async ({ query, workspaceId: named }, { keys }, caller) => {
      const after = openCursor(query.cursor, caller.tenantId);
      const page = await listKeys(caller, query.limit, after, query.workspace_id ?? named, keys);
      return {
        data: page.keys.map((key) => viewKey(key, keys.profile.keys, keys.clock())),
        next_cursor: sealCursor(page.next, caller.tenantId),
      };
    },
  }),
  createKey: group.caller({
    method: 'POST',
    path: '/v1/api-keys',
    access: administrator,
    summary: 'Create an API key',
    description:
      'Nobody can give a key more than they have: scopes and, for a key, workspace, expiry and addresses.',
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
    handle: async ({ body, origin, workspaceId: named }, { keys }, caller) => {
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
  getKey: group.caller({
    method: 'GET',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Show an API key',
    success: { status: 200, description: 'The key, without the key itself.', schema: keyView },
    errors: ['not_found'],
    handle: async ({ params }, { keys }, caller) =>
      viewKey(await findKey(params.id ?? '', caller, keys), keys.profile.keys, keys.clock()),
  }),
  updateKey: group.caller({
    method: 'PATCH',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Change, disable or enable an API key',
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
    handle: async ({ params, body, origin }, { keys }, caller) => {
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
  revokeKey: group.caller({
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    access: administrator,
    summary: 'Revoke an API key at once and for ever',
    success: {
      status: 200,
      description: 'The key is refused from now on.',
      schema: z.object({ id: z.string(), status: z.literal('revoked') }),
    },
    errors: ['not_found'],
    handle: async ({ params, origin }, { keys }, caller) => {
      const { id } = await revokeKey(params.id ?? '', caller, origin, keys);
      return { id, status: 'revoked' };
    },
  }),
  revealKey: group.caller({
    method: 'GET',
    path: null,
    access: administrator,
    summary: 'Always 410: keys are stored as hashes and cannot be shown again',
    query: z.strictObject({ workspace_id: workspaceId.optional() }),
    success: { status: 200, description: 'Never.', schema: z.object({ id: z.string(), key: z.string() }) },
    errors: ['not_found', 'gone'],
    handle: ({ params, query, workspaceId: named }, { keys }, caller) =>
      revealKey(params.id ?? '', query.workspace_id ?? named, caller, keys),
  }),
  rotateKey: group.caller({
    method: 'POST',
    path: '/v1/api-keys/{id}/rotate',
    access: administrator,
    summary: 'Replace the key of an API key; id, rights and allowance stay',
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
    handle: async ({ params, body, origin }, { keys }, caller) => {
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
});
