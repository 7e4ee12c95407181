import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import { answering, type ClaimServices, fingerprint } from '../kernel/claim.ts';
import {
  allowedIps,
  changesSomething,
  defaultScopes,
  expiresInDays,
  plainText,
  time,
} from '../kernel/fields.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { Problem } from '../kernel/problem.ts';
import { routeGroup } from '../kernel/route.ts';
import { withinSeconds } from '../kernel/time-budget.ts';
import { embedOrigins, requireAnswered } from './embed-origins.ts';
import { requireKeyDefaults } from './key-defaults.ts';
import { TENANT, type Tenant, type TenantChange } from './tenant.ts';
import type { TenantStore } from './tenants.ts';
import { WORKSPACE, type Workspace } from './workspace.ts';
import {
  changeWorkspace,
  createWorkspace,
  deleteWorkspace,
  findWorkspace,
  listWorkspaces,
  type WorkspaceContext,
} from './workspaces.ts';

/** The services of these rows in the function `management`. */
export interface TenancyServices extends ClaimServices {
  readonly workspaces: WorkspaceContext;
  readonly tenants: TenantStore;
  readonly profile: Profile;
  readonly deployment: Pick<Deployment, 'rights' | 'cors'>;
  readonly requireRecentSignIn: RequireRecentSignIn;
}

const readers = { kind: 'credential', scope: 'reading' } as const;

/** Seconds for which a deletion revokes keys before it answers: within the function's ten. */
const REVOKING_SECONDS = 5;

export const workspaceView = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(['active', 'closing']),
    is_default: z.boolean(),
    key_count: z.int().describe('Keys that are not revoked.'),
    created_at: time,
  })
  .meta({ id: 'Workspace' });

const workspaceGroup = routeGroup<TenancyServices>()({ service: 'management', tag: 'Workspaces' });

/** Workspaces stand above the one workspace that a key has: people change them. */
export const workspaceRoutes = workspaceGroup.rows({
  listWorkspaces: workspaceGroup.caller({
    method: 'GET',
    path: '/v1/workspaces',
    access: readers,
    summary: 'List the workspaces: all of the tenant, or the one of the key that asks',
    success: {
      status: 200,
      description: 'The workspaces, oldest first.',
      schema: z.object({ data: z.array(workspaceView) }),
    },
    errors: [],
    handle: async (_request, { workspaces }, caller) => ({
      data: (await listWorkspaces(caller, workspaces)).map(viewWorkspace),
    }),
  }),
  createWorkspace: workspaceGroup.person({
    method: 'POST',
    path: '/v1/workspaces',
    scope: 'settings',
    summary: 'Create a workspace',
    description: `Answers after ${FACTS_SECONDS} seconds: from then on every authorizer knows it.`,
    body: z.strictObject({ name: plainText(100) }),
    idempotent: fingerprint,
    success: { status: 201, description: 'The workspace.', schema: workspaceView },
    errors: ['limit_reached'],
    handle: async ({ body, origin }, { workspaces }, caller) => {
      // A second more: the clock counts whole ones.
      const from = answering(origin, viewWorkspace, FACTS_SECONDS + 1);
      const created = await createWorkspace(WORKSPACE.asked(body), caller, from, workspaces);
      await wait(FACTS_SECONDS * 1000);
      return viewWorkspace(created);
    },
  }),
  getWorkspace: workspaceGroup.caller({
    method: 'GET',
    path: '/v1/workspaces/{id}',
    access: readers,
    summary: 'Show a workspace',
    success: { status: 200, description: 'The workspace.', schema: workspaceView },
    errors: ['not_found'],
    handle: async ({ params }, { workspaces }, caller) =>
      viewWorkspace(await findWorkspace(params.id ?? '', caller, workspaces)),
  }),
  updateWorkspace: workspaceGroup.person({
    method: 'PATCH',
    path: '/v1/workspaces/{id}',
    scope: 'settings',
    summary: 'Rename a workspace',
    body: z.strictObject({ name: plainText(100) }),
    success: { status: 200, description: 'The workspace as it is now.', schema: workspaceView },
    errors: ['not_found'],
    handle: async ({ params, body, origin }, { workspaces }, caller) => {
      const change = WORKSPACE.asked(body);
      return viewWorkspace(
        await changeWorkspace({ id: params.id ?? '', change, caller, from: origin }, workspaces),
      );
    },
  }),
  deleteWorkspace: workspaceGroup.person({
    method: 'DELETE',
    path: '/v1/workspaces/{id}',
    scope: 'settings',
    summary: 'Delete a workspace that has no keys, or with force one that has',
    description:
      'With `force` it takes no more keys at once, all that it has are refused within two seconds, and they are revoked. ' +
      'While the answer says `closing`, keys are left to be revoked: repeat the call.',
    query: z.strictObject({ force: z.enum(['true', 'false']).default('false') }),
    success: {
      status: 200,
      description: 'What has become of it.',
      schema: z.object({
        id: z.string(),
        status: z.enum(['deleted', 'closing']),
        keys_revoked: z.int().describe('By this call.'),
      }),
    },
    errors: ['not_found', 'conflicting_state'],
    handle: async ({ params, query, origin }, { workspaces }, caller) => {
      const id = params.id ?? '';
      const force = query.force === 'true';
      const hasTimeLeft = withinSeconds(REVOKING_SECONDS);
      const { status, revoked } = await deleteWorkspace(
        { id, force, caller, from: origin, hasTimeLeft },
        workspaces,
      );
      return { id, status, keys_revoked: revoked };
    },
  }),
});

export const tenantView = z
  .object({
    id: z.string(),
    name: z.string(),
    sector: z.string().nullable(),
    status: z.enum(['active', 'suspended', 'closed']),
    tier: z.string(),
    key_defaults: z.object({
      expires_in_days: z.int().nullable(),
      scopes: z.array(z.string()).nullable(),
      allowed_ips: z.array(z.string()).nullable(),
    }),
    embed_origins: z
      .array(z.string())
      .describe('The origins whose pages may use embed tokens of this tenant.'),
    require_factor: z.boolean().describe('Whether all people of the tenant must have a second factor.'),
    created_at: time,
  })
  .meta({ id: 'Tenant' });

const tenantGroup = routeGroup<TenancyServices>()({ service: 'management', tag: 'Tenant' });

/** Settings too stand above it. */
export const tenantRoutes = tenantGroup.rows({
  getTenant: tenantGroup.caller({
    method: 'GET',
    path: '/v1/tenant',
    access: readers,
    summary: 'Show the tenant',
    success: { status: 200, description: 'The tenant.', schema: tenantView },
    errors: [],
    handle: async (_request, { tenants }, caller) => viewTenant(await tenants.find(caller.tenantId)),
  }),
  updateTenant: tenantGroup.person({
    method: 'PATCH',
    path: '/v1/tenant',
    scope: 'settings',
    summary: 'Change the tenant’s name, sector, embed origins, or what its new keys have by default',
    description:
      '`key_defaults` is replaced as a whole; what is null or absent in it follows the service’s defaults. A change of ' +
      `\`embed_origins\` is answered after ${FACTS_SECONDS} seconds: from then on every authorizer knows it.`,
    body: changesSomething(
      z.strictObject({
        name: plainText(100).optional(),
        sector: plainText(100).nullable().optional(),
        key_defaults: z
          .strictObject({
            expires_in_days: expiresInDays.optional(),
            scopes: defaultScopes.nullable().optional(),
            allowed_ips: allowedIps.nullable().optional(),
          })
          .optional(),
        embed_origins: embedOrigins.optional(),
        require_factor: z
          .boolean()
          .optional()
          .describe('Who has no second factor is led to set one up at the next sign-in.'),
      }),
    ),
    success: { status: 200, description: 'The tenant as it is now.', schema: tenantView },
    errors: ['scopes_too_long', 'reauthentication_required'],
    handle: async ({ body, origin }, services, caller) => {
      if (body.require_factor !== undefined) await services.requireRecentSignIn(caller);
      const { tenants, profile, deployment, workspaces } = services;
      const {
        key_defaults: defaults,
        require_factor: requiresFactor,
        embed_origins: origins,
        ...asked
      } = body;
      const change: TenantChange = {
        ...TENANT.asked(asked),
        ...(requiresFactor === undefined ? {} : { requiresFactor }),
        ...(origins === undefined ? {} : { embedOrigins: requireAnswered(origins, deployment.cors) }),
        ...(defaults === undefined
          ? {}
          : {
              keyDefaults: {
                expiresInDays: defaults.expires_in_days ?? null,
                scopes: defaults.scopes ?? null,
                allowedBlocks: defaults.allowed_ips ?? null,
              },
            }),
      };
      if (change.keyDefaults !== undefined)
        requireKeyDefaults(change.keyDefaults, profile, deployment.rights);
      const by = originOf(caller, origin);
      const changed = await tenants.change(caller.tenantId, change, by, workspaces.clock());
      if (change.embedOrigins !== undefined) await wait(FACTS_SECONDS * 1000);
      return viewTenant(changed);
    },
  }),
});

const showWorkspace = WORKSPACE.viewAs<z.output<typeof workspaceView>>();
const showTenant = TENANT.viewAs<z.output<typeof tenantView>>();

export function viewWorkspace(workspace: Workspace): z.output<typeof workspaceView> {
  return showWorkspace(workspace, undefined);
}

export function viewTenant(tenant: Tenant | undefined): z.output<typeof tenantView> {
  if (tenant === undefined) throw new Problem('not_found');
  return showTenant(tenant, undefined);
}
