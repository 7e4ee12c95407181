import * as z from 'zod';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { Caller } from '../kernel/caller.ts';
import { answering, type ClaimServices, fingerprint } from '../kernel/claim.ts';
import type { Cursors } from '../kernel/cursor.ts';
import {
  changesSomething,
  environment,
  pageOf,
  pageQuery,
  plainText,
  workspaceId,
} from '../kernel/fields.ts';
import { manages } from '../kernel/rights.ts';
import { routeGroup } from '../kernel/route.ts';
import { API_KEY, type ApiKey } from './api-key.ts';
import { createKey, findKey, type KeyContext, listKeys, updateKey } from './keys.ts';
import { revokeKey } from './revocation.ts';
import { MAX_GRACE_SECONDS, rotateKey } from './rotation.ts';
import {
  createdKeyView,
  expiryRequest,
  issuedKeyView,
  keyFields,
  keyView,
  onlyOneExpiry,
  viewKey,
} from './views.ts';

/** The services of these rows in the function `management`. */
export interface KeyServices extends ClaimServices {
  readonly keys: KeyContext;
  readonly requireRecentSignIn: RequireRecentSignIn;
  readonly cursors: Cursors;
}

/** A key with scopes that manage is as good as an administrator: a person who makes one has signed in of late. */
async function requireRecent(
  scopes: readonly string[] | undefined,
  caller: Caller,
  { keys, requireRecentSignIn }: KeyServices,
): Promise<void> {
  if (manages(scopes ?? [], keys.deployment.rights)) await requireRecentSignIn(caller);
}

const administrator = { kind: 'credential', scope: 'keys' } as const;

const group = routeGroup<KeyServices>()({ service: 'management', tag: 'API keys' });

export const keyRoutes = group.rows({
  listKeys: group.caller({
    method: 'GET',
    path: '/v1/api-keys',
    access: administrator,
    takesEmbedTokens: true,
    summary: 'List the API keys, oldest first',
    query: pageQuery.extend({
      // A console loads all there are, to search and sort them.
      limit: z.coerce.number().int().min(1).max(1000).default(50),
      workspace_id: workspaceId
        .optional()
        .describe('Only keys of this workspace; X-Workspace-Id says the same.'),
    }),
    success: {
      status: 200,
      description: 'A page of keys, without the keys themselves.',
      schema: pageOf(keyView),
    },
    errors: ['not_found'],
    handle: async ({ query, workspaceId: named }, { keys, cursors }, caller) => {
      const place = { tenantId: caller.tenantId, list: 'keys' } as const;
      const after = await cursors.open(query.cursor, place);
      const { limit, workspace_id: inWorkspace = named } = query;
      const page = await listKeys(caller, { limit, after, workspaceId: inWorkspace }, keys);
      return {
        data: page.keys.map((key) => viewKey(key, keys.profile.keys, keys.clock())),
        next_cursor: await cursors.seal(page.next, place),
      };
    },
  }),
  createKey: group.caller({
    method: 'POST',
    path: '/v1/api-keys',
    access: administrator,
    takesEmbedTokens: true,
    summary: 'Create an API key',
    description:
      'Nobody can give a key more than they have: scopes and, for a key, workspace, expiry and addresses.',
    body: onlyOneExpiry(
      z.strictObject({
        name: plainText(100),
        workspace_id: workspaceId.optional(),
        environment: environment.optional(),
        ...keyFields,
      }),
    ),
    idempotent: fingerprint,
    success: { status: 201, description: 'The key. It is shown only now.', schema: createdKeyView },
    errors: [
      'exceeds_own_rights',
      'limit_reached',
      'not_found',
      'scopes_too_long',
      'reauthentication_required',
    ],
    handle: async ({ body, origin, workspaceId: named }, services, caller) => {
      await requireRecent(body.scopes, caller, services);
      const { keys } = services;
      const show = (apiKey: ApiKey) => viewKey(apiKey, keys.profile.keys, keys.clock());
      const { workspace_id: inWorkspace = named, environment, expires_at, expires_in_days, ...asked } = body;
      const { apiKey, key } = await createKey(
        {
          ...API_KEY.asked(asked),
          ...expiryRequest({ expires_at, expires_in_days }, keys.clock()),
          ...(inWorkspace === undefined ? {} : { workspaceId: inWorkspace }),
          ...(environment === undefined ? {} : { environment }),
        },
        caller,
        answering(origin, show),
        keys,
      );
      return { ...show(apiKey), key };
    },
  }),
  getKey: group.caller({
    method: 'GET',
    path: '/v1/api-keys/{id}',
    access: administrator,
    takesEmbedTokens: true,
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
    takesEmbedTokens: true,
    summary: 'Change, disable or enable an API key',
    body: changesSomething(
      onlyOneExpiry(
        z.strictObject({
          name: plainText(100).optional(),
          enabled: z.boolean().optional(),
          ...keyFields,
        }),
      ),
    ),
    success: { status: 200, description: 'The key as it is now.', schema: keyView },
    errors: [
      'not_found',
      'gone',
      'exceeds_own_rights',
      'conflicting_state',
      'scopes_too_long',
      'reauthentication_required',
    ],
    handle: async ({ params, body, origin }, services, caller) => {
      await requireRecent(body.scopes, caller, services);
      const { keys } = services;
      const { enabled, expires_at, expires_in_days, ...asked } = body;
      const request = {
        ...API_KEY.asked(asked),
        ...expiryRequest({ expires_at, expires_in_days }, keys.clock()),
        ...(enabled === undefined ? {} : { enabled }),
      };
      const changed = await updateKey({ id: params.id ?? '', request, caller, from: origin }, keys);
      return viewKey(changed, keys.profile.keys, keys.clock());
    },
  }),
  revokeKey: group.caller({
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    access: administrator,
    takesEmbedTokens: true,
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
  rotateKey: group.caller({
    method: 'POST',
    path: '/v1/api-keys/{id}/rotate',
    access: administrator,
    takesEmbedTokens: true,
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
    errors: ['not_found', 'gone', 'exceeds_own_rights', 'conflicting_state', 'reauthentication_required'],
    handle: async ({ params, body, origin }, services, caller) => {
      const { keys } = services;
      const { scopes } = await findKey(params.id ?? '', caller, keys);
      await requireRecent(scopes, caller, services);
      const request = { graceSeconds: body.grace_seconds, keepPrevious: body.keep_previous };
      const { apiKey, key } = await rotateKey({ id: params.id ?? '', request, caller, from: origin }, keys);
      return { ...viewKey(apiKey, keys.profile.keys, keys.clock()), key };
    },
  }),
});
