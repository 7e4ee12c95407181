import * as z from 'zod';
import { coversScope } from '../contract/scopes.ts';
import type { Caller } from '../kernel/caller.ts';
import { storedRole, time } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { findKey, type KeyContext } from '../keys/keys.ts';
import { keyView, viewKey } from '../keys/views.ts';
import { viewTenant } from '../tenancy/rows.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import type { AccountStore } from './accounts.ts';

/** The services of these rows in the function `management`. */
export interface MeServices {
  readonly keys: KeyContext;
  readonly users: Pick<AccountStore, 'findUser'>;
  readonly tenants: Pick<TenantStore, 'find'>;
}

const group = routeGroup<MeServices>()({ service: 'management', tag: 'Accounts' });

export const meRoutes = group.rows({
  getMe: group.caller({
    method: 'GET',
    path: '/v1/auth/me',
    access: { kind: 'credential', scope: null },
    summary: 'Who is calling: a person or an API key',
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
        role: storedRole.optional(),
        session_id: z.string().optional(),
        key: keyView.optional(),
      }),
    },
    errors: [],
    handle: async (_request, services, caller) => ({
      kind: caller.kind,
      tenant_id: caller.tenantId,
      workspace_id: caller.workspaceId,
      scopes: caller.scopes,
      ...(await aboutCaller(caller, services)),
    }),
  }),
  getWhoami: group.caller({
    method: 'GET',
    path: '/v1/auth/whoami',
    access: { kind: 'credential', scope: null },
    summary: 'The tenant of the credential: by this clients learn whether it is good',
    success: {
      status: 200,
      description: 'The tenant.',
      schema: z.object({ tenant_id: z.string(), tenant_name: z.string(), workspace_id: z.string() }),
    },
    errors: [],
    handle: async (_request, { tenants }, { tenantId, workspaceId }) => {
      const tenant = await tenants.find(tenantId);
      // An anonymous caller's tenant has no item.
      return { tenant_id: tenantId, tenant_name: tenant?.name ?? tenantId, workspace_id: workspaceId };
    },
  }),
  getAccount: group.caller({
    method: 'GET',
    path: null,
    access: { kind: 'credential', scope: 'reading' },
    summary: 'The account of the credential: organisation, plan and contact',
    success: {
      status: 200,
      description: 'The account.',
      schema: z.object({
        tenant_id: z.string(),
        name: z.string(),
        email: z
          .string()
          .nullable()
          .describe('Of the person, or of the maker of a key that manages people; else null.'),
        tier: z.string(),
        is_active: z.boolean(),
        created_at: time,
      }),
    },
    errors: [],
    handle: async (_request, services, caller) => {
      const { id, name, tier, status, created_at } = viewTenant(await services.tenants.find(caller.tenantId));
      const email = await contactOf(caller, services);
      return { tenant_id: id, name, email, tier, is_active: status === 'active', created_at };
    },
  }),
});

/**
 * The address of the person whom a credential is of: of a key its maker's, which only a key that manages people is told,
 * and null where another key made it.
 */
async function contactOf(caller: Caller, { keys, users }: MeServices): Promise<string | null> {
  const { inclusion, areaScopes } = keys.deployment.rights;
  if (caller.kind === 'anonymous') return null;
  if (caller.kind === 'key' && !coversScope(caller.scopes, areaScopes.people, inclusion)) return null;
  const principal = caller.kind === 'key' ? (await findKey(caller.keyId, caller, keys)).createdBy : '';
  const userId = caller.kind === 'user' ? caller.userId : /^user:(.+)$/.exec(principal)?.[1];
  const user = userId === undefined ? undefined : await users.findUser(caller.tenantId, userId);
  return user?.email ?? null;
}

async function aboutCaller(caller: Caller, { keys, users }: MeServices) {
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
