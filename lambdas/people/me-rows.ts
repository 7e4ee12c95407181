import * as z from 'zod';
import type { Caller } from '../kernel/caller.ts';
import { storedRole } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { findKey, type KeyContext } from '../keys/keys.ts';
import { keyView, viewKey } from '../keys/views.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import type { AccountStore } from './accounts.ts';

/** The services of this row in the function `management`. */
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
});

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
