import type { ChangeOrigin } from '../audit/entries.ts';
import type { KeyDefaults } from './key-defaults.ts';
import type { TenantFacts } from './tenant-facts.ts';

export type TenantState = TenantFacts['state'];

/** A tenant as its people and the operator see it. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly sector: string | null;
  readonly state: TenantState;
  readonly tier: string;
  readonly keys: number;
  readonly users: number;
  readonly workspaces: number;
  readonly keyDefaults: KeyDefaults;
  readonly createdAt: number;
}

/** What of a tenant may change; absent fields stay. */
export interface TenantChange {
  readonly name?: string;
  readonly sector?: string | null;
  readonly keyDefaults?: KeyDefaults;
  /** The operator's alone. */
  readonly state?: TenantState;
  /** The operator's alone. */
  readonly tier?: string;
}

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
