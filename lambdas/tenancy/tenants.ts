import type { ChangeOrigin } from '../audit/entries.ts';
import type { Tenant, TenantChange } from './tenant.ts';

export interface TenantStore {
  find(tenantId: string): Promise<Tenant | undefined>;
  /**
   * Gives the tenant as it is then; undefined when there is none. Every authorizer has the change two seconds later.
   * Throws `conflicting_state` for a closed tenant, which stays closed.
   */
  change(
    tenantId: string,
    change: TenantChange,
    origin: ChangeOrigin,
    now: number,
  ): Promise<Tenant | undefined>;
}
