import { canReopen } from '../../lambdas/account/closing.ts';
import { DynamoClosingStore } from '../../lambdas/account/closing-store.ts';
import { OPERATORS_TENANT } from '../../lambdas/contract/operators.ts';
import { systemClock, timestamp } from '../../lambdas/kernel/clock.ts';
import type { Tenant, TenantChange } from '../../lambdas/tenancy/tenant.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { loadSettings } from '../../lib/settings.ts';
import { operator, untilItHolds } from '../change.ts';
import type { Command, CommandOptions, Report } from '../command.ts';
import { OpsError, type Target } from '../target.ts';

export const tenantCommands: readonly Command[] = [
  {
    usage: 'tenants list',
    summary: 'every tenant (reads the whole table)',
    run: async (_args, _options, { table }) => {
      const tenants = await new DynamoTenantStore(table).all();
      return tenants.map(({ keyDefaults: _, sector: __, erasesAt: ___, createdAt, ...shown }) => ({
        ...shown,
        created: timestamp(createdAt),
      }));
    },
  },
  {
    usage: 'tenants show ID',
    summary: 'one tenant',
    run: async ([id = ''], _options, target) => shown(await found(id, target)),
  },
  {
    usage: 'tenants tier ID TIER [--dry-run]',
    summary: 'put a tenant on another tier of the configuration',
    run: async ([id = '', tier = ''], options, target) => {
      requireCustomer(id);
      const { config } = await loadSettings({});
      if (!Object.hasOwn(config.tiers, tier)) {
        throw new OpsError(`There is no tier "${tier}"; there are ${Object.keys(config.tiers).join(', ')}.`);
      }
      return change(id, { tier }, options, target);
    },
  },
  {
    usage: 'tenants suspend ID [--dry-run]',
    summary: 'refuse every credential of a tenant',
    run: ([id = ''], options, target) => change(id, { state: 'suspended' }, options, target),
  },
  {
    usage: 'tenants resume ID [--dry-run]',
    summary: 'let a suspended tenant in again',
    run: ([id = ''], options, target) => change(id, { state: 'active' }, options, target),
  },
  {
    usage: 'tenants close ID [--dry-run]',
    summary: 'refuse every credential of a tenant, for ever',
    run: async ([id = ''], options, target) => {
      requireCustomer(id);
      return change(id, { state: 'closed' }, options, target);
    },
  },
  {
    usage: 'tenants reopen ID [--dry-run]',
    summary: 'reopen a tenant that its administrator has closed, within 30 days',
    run: ([id = ''], options, target) => reopen(id, options, target),
  },
];

async function reopen(
  id: string,
  { 'dry-run': dryRun = false }: CommandOptions,
  target: Target,
): Promise<Report> {
  const before = await found(id, target);
  if (!canReopen(before, systemClock()))
    throw new OpsError('The tenant is not closed, or was closed for ever, or more than 30 days ago.');
  if (dryRun)
    return { ...shown({ ...before, state: 'active', erasesAt: null }), changed: 'nothing (--dry-run)' };
  const store = new DynamoClosingStore(target.table, { peopleManagers: [] });
  await store.reopen(id, operator(), systemClock());
  return { ...shown(await found(id, target)), holds_from: await untilItHolds() };
}

async function change(
  id: string,
  wanted: TenantChange,
  { 'dry-run': dryRun = false }: CommandOptions,
  target: Target,
): Promise<Report> {
  const before = await found(id, target);
  if (canReopen(before, systemClock()))
    throw new OpsError('Its administrator has closed the tenant: tenants reopen takes that back.');
  if (before.state === 'closed') throw new OpsError('The tenant is closed, and stays so.');
  if (dryRun) return { ...shown({ ...before, ...wanted }), changed: 'nothing (--dry-run)' };
  const after = await new DynamoTenantStore(target.table).change(id, wanted, operator(), systemClock());
  if (after === undefined) throw noTenant(id);
  return { ...shown(after), holds_from: await untilItHolds() };
}

/** The tenant that `--tenant` names. Throws `OpsError`. */
export async function named(tenant: string | undefined, target: Target): Promise<Tenant> {
  if (tenant === undefined) throw new OpsError('Which tenant? --tenant ID');
  return found(tenant, target);
}

/** Refuses the tenant of operators, for what is a customer's alone. Throws `OpsError`. */
export function requireCustomer(id: string): void {
  if (id === OPERATORS_TENANT)
    throw new OpsError(
      `${OPERATORS_TENANT} is the tenant of who runs the deployment: operator list, add, remove.`,
    );
}

async function found(id: string, { table }: Target): Promise<Tenant> {
  const tenant = await new DynamoTenantStore(table).find(id);
  if (tenant === undefined) throw noTenant(id);
  return tenant;
}

function noTenant(id: string): OpsError {
  return new OpsError(`There is no tenant ${id}.`);
}

function shown({
  createdAt,
  erasesAt,
  keyDefaults: _,
  ...tenant
}: Tenant): Readonly<Record<string, unknown>> {
  const erases = erasesAt === null ? {} : { erases: timestamp(erasesAt) };
  return { ...tenant, ...erases, created: timestamp(createdAt) };
}
