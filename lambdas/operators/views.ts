import * as z from 'zod';
import { timestamp } from '../kernel/clock.ts';
import { time } from '../kernel/fields.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import { refusedView } from '../usage/rows.ts';

/** A tenant as operators see it. */
export const customerView = z
  .object({
    id: z.string(),
    name: z.string(),
    sector: z.string().nullable(),
    status: z.enum(['active', 'suspended', 'closed']),
    tier: z.string(),
    require_factor: z.boolean(),
    user_count: z.int(),
    key_count: z.int().describe('Keys that are not revoked.'),
    workspace_count: z.int(),
    erases_at: time
      .nullable()
      .describe('Until when a tenant that its administrator has closed can be reopened.'),
    created_at: time,
  })
  .meta({ id: 'Customer' });

export function viewCustomer(tenant: Tenant): z.output<typeof customerView> {
  const { id, name, sector, tier, state, requiresFactor, users, keys, workspaces } = tenant;
  return {
    id,
    name,
    sector,
    status: state,
    tier,
    require_factor: requiresFactor,
    user_count: users,
    key_count: keys,
    workspace_count: workspaces,
    erases_at: tenant.erasesAt === null ? null : timestamp(tenant.erasesAt),
    created_at: timestamp(tenant.createdAt) ?? '',
  };
}

const requests = z.object({ live: z.int(), test: z.int() });

/** One tenant, with what it has used. */
export const usedCustomerView = customerView
  .extend({
    usage: z.object({
      today: requests,
      this_month: requests,
      refused: refusedView.describe('Refused requests of the last 30 days, by the reason.'),
    }),
  })
  .meta({ id: 'UsedCustomer' });

export const statusView = z
  .object({
    counts: z.object({
      tenants: z.int(),
      users: z.int(),
      keys_active: z.int(),
      keys_disabled: z.int(),
      keys_revoked: z.int(),
    }),
    decisions: z
      .record(z.string(), z.int())
      .nullable()
      .describe(
        'Requests with a credential since 00:00 UTC by what the authorizer decided, as CloudWatch counts them a minute or two later; null while it does not answer.',
      ),
    signing_keys: z.array(
      z.object({
        kid: z.string(),
        use: z.enum(['token', 'oauth', 'assertion']),
        algorithm: z.string(),
        state: z.enum(['next', 'signs', 'retired', 'revoked']),
        age_seconds: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'DeploymentStatus' });
