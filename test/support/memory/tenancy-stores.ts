import type { Completes } from '../../../lambdas/kernel/claim.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import { isImported } from '../../../lambdas/keys/key-format.ts';
import type { Tenant, TenantChange } from '../../../lambdas/tenancy/tenant.ts';
import type { TenantStore } from '../../../lambdas/tenancy/tenants.ts';
import type { Workspace, WorkspaceChange } from '../../../lambdas/tenancy/workspace.ts';
import { MAX_WORKSPACES, type WorkspaceStore } from '../../../lambdas/tenancy/workspaces.ts';
import { completing } from './claim-store.ts';
import { pair, type State } from './state.ts';

export class MemoryTenantStore implements TenantStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async find(tenantId: string): Promise<Tenant | undefined> {
    const stored = this.#state.tenants.get(tenantId);
    if (stored === undefined) return undefined;
    const { id, name, sector, state, tier, keyDefaults, erasesAt, requiresFactor, embedOrigins, createdAt } =
      stored;
    const counted = this.#state
      .aliveKeys(tenantId)
      .filter(({ key }) => key.environment === 'live' && !isImported(key.locator));
    const workspaces = [...this.#state.workspaces.values()].filter((each) => each.tenantId === tenantId);
    return {
      id,
      name,
      sector,
      state,
      tier,
      keys: counted.length,
      users: this.#state.peopleOf(tenantId).length,
      workspaces: workspaces.length,
      keyDefaults,
      erasesAt,
      requiresFactor,
      embedOrigins,
      createdAt,
    };
  }

  async change(tenantId: string, change: TenantChange): Promise<Tenant | undefined> {
    const stored = this.#state.tenants.get(tenantId);
    if (stored === undefined) return undefined;
    if (stored.state === 'closed') throw new Problem('conflicting_state');
    this.#state.tenants.set(tenantId, { ...stored, ...change });
    return this.find(tenantId);
  }
}

export class MemoryWorkspaceStore implements WorkspaceStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async list(tenantId: string): Promise<Workspace[]> {
    return this.#ofTenant(tenantId);
  }

  async find(tenantId: string, id: string): Promise<Workspace | undefined> {
    return this.#ofTenant(tenantId).find((workspace) => workspace.id === id);
  }

  async create(created: Workspace, origin: Completes<Workspace>): Promise<void> {
    const { id, tenantId, name, createdAt } = created;
    const complete = completing(this.#state, origin);
    if (this.#state.workspaces.has(pair(tenantId, id))) throw new Problem('conflicting_state');
    if (this.#ofTenant(tenantId).length >= MAX_WORKSPACES) throw new Problem('limit_reached');
    this.#state.workspaces.set(pair(tenantId, id), { id, tenantId, name, createdAt, state: 'active' });
    complete(created);
  }

  async change({ tenantId, id }: Workspace, change: WorkspaceChange): Promise<boolean> {
    const stored = this.#state.workspaces.get(pair(tenantId, id));
    if (stored === undefined) return false;
    this.#state.workspaces.set(pair(tenantId, id), { ...stored, ...change });
    return true;
  }

  async close({ tenantId, id }: Workspace): Promise<void> {
    const stored = this.#state.workspaces.get(pair(tenantId, id));
    if (stored === undefined || stored.state === 'closing') return;
    this.#state.workspaces.set(pair(tenantId, id), { ...stored, state: 'closing' });
    this.#suspend(tenantId, (ids) => new Set([...ids, id]));
  }

  async remove({ tenantId, id }: Workspace): Promise<boolean> {
    if (this.#ofTenant(tenantId).find((workspace) => workspace.id === id)?.keys !== 0) return false;
    this.#state.workspaces.delete(pair(tenantId, id));
    this.#suspend(tenantId, (ids) => new Set([...ids].filter((each) => each !== id)));
    return true;
  }

  #suspend(tenantId: string, change: (ids: ReadonlySet<string>) => ReadonlySet<string>): void {
    const tenant = this.#state.tenants.get(tenantId);
    if (tenant === undefined) return;
    const suspendedWorkspaces = change(tenant.suspendedWorkspaces);
    this.#state.tenants.set(tenantId, { ...tenant, suspendedWorkspaces });
  }

  /** Oldest first: ids of version 7 (RFC 9562) sort by time. */
  #ofTenant(tenantId: string): Workspace[] {
    const isDefault = (id: string) => this.#state.tenants.get(tenantId)?.defaultWorkspace === id;
    const keys = this.#state.aliveKeys(tenantId);
    return [...this.#state.workspaces.values()]
      .filter((workspace) => workspace.tenantId === tenantId)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map((workspace) => ({
        ...workspace,
        keys: keys.filter(({ key }) => key.workspaceId === workspace.id).length,
        isDefault: isDefault(workspace.id),
      }));
  }
}
