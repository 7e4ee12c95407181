import type { Deployment } from '../contract/deployment.ts';
import { OPERATORS_TENANT } from '../contract/operators.ts';
import { TENANT_ID } from '../kernel/ids.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import type { AccountStore } from '../people/accounts.ts';
import { parseEmail } from '../people/email-address.ts';
import type { Tenant, TenantChange } from '../tenancy/tenant.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import type { TenantDirectory, TenantPage } from './directory.ts';

export interface CustomerContext {
  readonly tenants: TenantStore;
  readonly directory: TenantDirectory;
  readonly accounts: Pick<AccountStore, 'findLogin'>;
}

/** A tenant that is a customer's; that of the operators themselves is none, and only `ops` changes it. Throws `not_found`. */
export async function findCustomer(
  id: string,
  { tenants }: Pick<CustomerContext, 'tenants'>,
): Promise<Tenant> {
  const tenant = await customerOf(id, tenants);
  if (tenant === undefined) throw noCustomer();
  return tenant;
}

async function customerOf(id: string, tenants: TenantStore): Promise<Tenant | undefined> {
  return id === OPERATORS_TENANT ? undefined : tenants.find(id);
}

export function noCustomer(): Problem {
  return new Problem('not_found', { message: 'There is no tenant with this id.' });
}

/**
 * Tenants, or those that `search` means: by the id or by the address of one of their people it is one at once, by a part of
 * the name it takes reading the table.
 */
export async function customers(
  search: string | undefined,
  limit: number,
  after: string | undefined,
  context: CustomerContext,
): Promise<TenantPage> {
  const id = search === undefined ? undefined : await soughtId(search, context);
  if (id === undefined) return context.directory.page(limit, after, search);
  const found = await customerOf(id, context.tenants);
  return { tenants: found === undefined ? [] : [found], next: null };
}

/** The id that a search means; empty for the address of nobody, undefined for a part of a name. */
async function soughtId(
  search: string,
  { accounts }: Pick<CustomerContext, 'accounts'>,
): Promise<string | undefined> {
  const text = search.trim();
  if (TENANT_ID.test(text.toLowerCase())) return text.toLowerCase();
  const parsed = parseEmail(text);
  if (!('email' in parsed)) return undefined;
  return (await accounts.findLogin(parsed.email))?.tenantId ?? '';
}

/** Refuses a tier that the configuration does not have. Throws `invalid_field`. */
export function requireTier(
  { tier }: Pick<TenantChange, 'tier'>,
  { tiers }: Pick<Deployment, 'tiers'>,
): void {
  if (tier !== undefined && !Object.hasOwn(tiers, tier))
    throw invalidField('tier', `must be one of ${Object.keys(tiers).join(', ')}`);
}
