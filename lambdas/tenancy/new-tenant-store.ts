import * as attribute from '../kernel/attributes.ts';
import { tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type Item, S } from '../kernel/items.ts';
import { TENANT, type Tenant } from './tenant.ts';
import { WORKSPACE, type Workspace } from './workspace.ts';

/** What a tenant begins with. */
type Begun = Pick<Tenant, 'id' | 'name' | 'sector' | 'tier' | 'keys' | 'users' | 'createdAt'> &
  Partial<Pick<Tenant, 'requiresFactor'>>;

/** A tenant and its first workspace, in which people work who pick none, as they begin, and the items of both. */
export function newTenant(
  begun: Begun,
  { id: workspaceId, name }: Pick<Workspace, 'id' | 'name'>,
): {
  readonly tenant: Tenant;
  readonly workspace: Workspace;
  readonly tenantItem: Item;
  readonly workspaceItem: Item;
} {
  const { id: tenantId, keys, createdAt } = begun;
  const tenant = { ...TENANT.initial, ...begun, workspaces: 1 };
  const first = { id: workspaceId, tenantId, name, keys, createdAt, isDefault: true };
  const workspace = { ...WORKSPACE.initial, ...first };
  return {
    tenant,
    workspace,
    tenantItem: {
      ...tenantKey(tenantId),
      ...TENANT.item('item', tenant),
      [attribute.WORKSPACES]: { SS: [workspaceId] },
      defaultWorkspace: S(workspaceId),
    },
    workspaceItem: { ...workspaceKey(tenantId, workspaceId), ...WORKSPACE.item('row', workspace) },
  };
}
