import { type Item, oneOf, text } from '../kernel/items.ts';

/** What is true of a tenant for every decision; an instance may hold it for {@link FACTS_SECONDS}. */
export interface TenantFacts {
  readonly state: 'active' | 'suspended' | 'closed';
  readonly tier: string;
  /** Unix seconds at which the tenant ends, unless a key of it has been used before; absent once one has. */
  readonly heldUntil?: number;
  /** The value of the tenant's own usage key; absent while it uses its tier's shared one. */
  readonly usageKey?: string;
  readonly suspendedWorkspaces: ReadonlySet<string>;
  /** Every workspace of the tenant, so that one which a person picks is checked without a read. */
  readonly workspaces: ReadonlySet<string>;
}

export function tenantFacts(item: Item): TenantFacts {
  const usageKey = item.usageKey?.S;
  const heldUntil = item.heldUntil?.N;
  return {
    state: oneOf(['active', 'suspended', 'closed'], text(item, 'state')),
    tier: text(item, 'tier'),
    ...(usageKey === undefined ? {} : { usageKey }),
    ...(heldUntil === undefined ? {} : { heldUntil: Number(heldUntil) }),
    suspendedWorkspaces: new Set(item.suspendedWorkspaces?.SS ?? []),
    workspaces: new Set(item.workspaces?.SS ?? []),
  };
}
