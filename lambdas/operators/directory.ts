import type { Tenant } from '../tenancy/tenant.ts';

/** A page of tenants, and the position after which the next begins; null at the end. */
export interface TenantPage {
  readonly tenants: readonly Tenant[];
  readonly next: string | null;
}

/** The customers of the deployment, in no order that means anything. */
export interface TenantDirectory {
  /**
   * At most `limit` tenants whose name has `name` in it, whatever the case. It looks for some seconds only, so that it may
   * give fewer, even none, while `next` says that there may be more.
   */
  page(limit: number, after: string | undefined, name: string | undefined): Promise<TenantPage>;
}
