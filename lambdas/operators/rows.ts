import * as z from 'zod';
import type { Deployment } from '../contract/deployment.ts';
import { OPERATORS_TENANT } from '../contract/operators.ts';
import type { OperatorServices } from '../kernel/authentication.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { changesSomething, pageOf, plainText } from '../kernel/fields.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { routeGroup } from '../kernel/route.ts';
import type { ControlFacts } from '../signing/control-facts.ts';
import { keyRows } from '../signing/key-states.ts';
import type { Census } from '../status/census.ts';
import type { TenantChange } from '../tenancy/tenant.ts';
import { summarize, type UsageReader } from '../usage/usage.ts';
import { type ActContext, act } from './acts.ts';
import { type CustomerContext, customers, findCustomer, noCustomer, requireTier } from './tenants.ts';
import { customerView, statusView, usedCustomerView, viewCustomer } from './views.ts';

/** The services of these rows in the function `operators`. */
export interface CustomerServices extends OperatorServices {
  readonly customers: CustomerContext;
  readonly acts: ActContext;
  readonly usage: UsageReader;
  readonly deployment: Pick<Deployment, 'tiers'>;
  readonly cursors: Cursors;
  readonly status: {
    readonly census: () => Promise<Census>;
    readonly control: () => Promise<ControlFacts>;
    /** By outcome, since 00:00 UTC. */
    readonly decisions: () => Promise<Readonly<Record<string, number>>>;
  };
}

/** One list of all operators: a cursor names no tenant. */
const PLACE = { tenantId: OPERATORS_TENANT, list: 'tenants' } as const;

/** Days whose refusals are summed up. */
const DAYS = 30;

const group = routeGroup<CustomerServices>()({ service: 'operators', tag: 'Operators' });

export const customerRoutes = group.rows({
  listTenants: group.operator({
    method: 'GET',
    path: '/operators/tenants',
    summary: 'List the tenants of the deployment, or search them',
    description:
      'By the id of a tenant, or the address of one of its people, it is found at once; by a part of its name by reading ' +
      'the table, some seconds for each page. A page may hold fewer than its limit, even none, while `next_cursor` says that there may be more.',
    query: z.strictObject({
      search: plainText(254).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      // Where the last page stopped may be any item of the table.
      cursor: z.string().min(1).max(2000).optional().describe('`next_cursor` of the page before.'),
    }),
    success: {
      status: 200,
      description: 'A page of tenants, in no order.',
      schema: pageOf(customerView),
    },
    errors: [],
    handle: async ({ query }, { customers: context, cursors }) => {
      const after = await cursors.open(query.cursor, PLACE);
      const { tenants, next } = await customers(query.search, query.limit, after, context);
      return { data: tenants.map(viewCustomer), next_cursor: await cursors.seal(next, PLACE) };
    },
  }),
  showTenant: group.operator({
    method: 'GET',
    path: '/operators/tenants/{id}',
    summary: 'Show a tenant, and what it has used',
    success: { status: 200, description: 'The tenant.', schema: usedCustomerView },
    errors: ['not_found'],
    handle: async ({ params }, { customers: context, usage, acts }) => {
      const tenant = await findCustomer(params.id ?? '', context);
      const { today, month, refused } = summarize(await usage.ofTenant(tenant.id), DAYS, acts.clock());
      return { ...viewCustomer(tenant), usage: { today, this_month: month, refused } };
    },
  }),
  changeTenant: group.operator({
    method: 'PATCH',
    path: '/operators/tenants/{id}',
    summary: 'Put a tenant on another tier, suspend it, or let it in again',
    description: `Every authorizer has the change ${FACTS_SECONDS} seconds later. A closed tenant stays closed.`,
    body: changesSomething(
      z.strictObject({
        tier: z.string().max(64).optional().describe('A tier of the configuration.'),
        status: z.enum(['active', 'suspended']).optional(),
      }),
    ),
    success: { status: 200, description: 'The tenant as it is now.', schema: customerView },
    errors: ['not_found', 'conflicting_state', 'reauthentication_required'],
    handle: async ({ params, body, origin }, services, caller) => {
      const { customers: context, acts } = services;
      const change: Pick<TenantChange, 'tier' | 'state'> = {
        ...(body.tier === undefined ? {} : { tier: body.tier }),
        ...(body.status === undefined ? {} : { state: body.status }),
      };
      requireTier(change, services.deployment);
      const { id: tenantId } = await findCustomer(params.id ?? '', context);
      const wanted = {
        action: 'tenant.update',
        target: `tenant:${tenantId}`,
        tenantId,
        asked: { ...change },
      } as const;
      const changed = await act(wanted, caller, { from: origin, context: acts }, (by) =>
        context.tenants.change(tenantId, change, by, acts.clock()),
      );
      if (changed === undefined) throw noCustomer();
      return viewCustomer(changed);
    },
  }),
  getDeploymentStatus: group.operator({
    method: 'GET',
    path: '/operators/status',
    summary: 'How the deployment is: what there is, what was decided today, and the keys that sign',
    success: { status: 200, description: 'The status.', schema: statusView },
    errors: [],
    handle: async (_request, { status, acts }) => {
      const [counts, control, decisions] = await Promise.all([
        status.census(),
        status.control(),
        // What there is can be told without CloudWatch.
        status.decisions().catch(() => null),
      ]);
      const keys = keyRows(control, acts.clock());
      return {
        counts,
        decisions,
        signing_keys: keys.map(({ ageSeconds, ...key }) => ({ ...key, age_seconds: ageSeconds })),
      };
    },
  }),
});
