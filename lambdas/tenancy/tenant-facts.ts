import * as attribute from '../kernel/attributes.ts';
import { type Item, oneOf, text } from '../kernel/items.ts';

export const TENANT_STATES = ['active', 'suspended', 'closed'] as const;

/** Facts of a tenant that every decision needs; an instance may hold them for {@link FACTS_SECONDS}. */
export interface TenantFacts {
  readonly state: (typeof TENANT_STATES)[number];
  readonly tier: string;
  /** Unix seconds at which the tenant ends, unless a key of it has been used before; absent once one has. */
  readonly heldUntil?: number;
  /** The value of the tenant's own usage key; absent while it uses its tier's shared one. */
  readonly usageKey?: string;
  readonly suspendedWorkspaces: ReadonlySet<string>;
  /** Every workspace of the tenant, so that one which a person picks is checked without a read. */
  readonly workspaces: ReadonlySet<string>;
  /** The origins whose pages may use embed tokens; absent for none. */
  readonly embedOrigins?: ReadonlySet<string>;
}

/** Whether a workspace takes calls: one that is suspended or being deleted does not, and one that was deleted is not there. */
export function isWorkspaceOpen(
  { workspaces, suspendedWorkspaces }: Pick<TenantFacts, 'workspaces' | 'suspendedWorkspaces'>,
  workspaceId: string,
): boolean {
  return workspaces.has(workspaceId) && !suspendedWorkspaces.has(workspaceId);
}

export function tenantFacts(item: Item): TenantFacts {
  const usageKey = item[attribute.USAGE_KEY]?.S;
  const heldUntil = item[attribute.HELD_UNTIL]?.N;
  const embedOrigins = item[attribute.EMBED_ORIGINS]?.SS;
  return {
    state: oneOf(TENANT_STATES, text(item, attribute.TENANT_STATE)),
    tier: text(item, attribute.TIER),
    ...(usageKey === undefined ? {} : { usageKey }),
    ...(heldUntil === undefined ? {} : { heldUntil: Number(heldUntil) }),
    ...(embedOrigins && { embedOrigins: new Set(embedOrigins) }),
    suspendedWorkspaces: new Set(item[attribute.SUSPENDED_WORKSPACES]?.SS ?? []),
    workspaces: new Set(item[attribute.WORKSPACES]?.SS ?? []),
  };
}
