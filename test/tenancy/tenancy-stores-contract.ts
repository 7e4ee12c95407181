import { describe, expect, test } from 'vitest';
import type { Workspace } from '../../lambdas/tenancy/workspace.ts';
import { MAX_WORKSPACES } from '../../lambdas/tenancy/workspaces.ts';
import { NOW, ORIGIN, type Stores, storeTenant } from '../support/tenants.ts';

/** What every `TenantStore` and `WorkspaceStore` do, together with the stores of accounts and keys. */
export function tenancyStoresContract(stores: () => Stores): void {
  const open = async (tenantId: string, id: string = crypto.randomUUID()): Promise<Workspace> => {
    const made = { id, tenantId, name: 'W', state: 'active', keys: 0, isDefault: false } as const;
    await stores().workspaces.create({ ...made, createdAt: NOW }, ORIGIN);
    return { ...made, createdAt: NOW };
  };

  describe('tenants', () => {
    test('a tenant is as it was made, and as it was changed since', async () => {
      const { account, tenantId } = await storeTenant(stores());
      const { tenants } = stores();
      const none = { expiresInDays: null, scopes: null, allowedBlocks: null };
      const made = {
        id: tenantId,
        name: account.tenantName,
        sector: null,
        state: 'active',
        tier: 'free',
        keys: 1,
        users: 1,
        workspaces: 1,
        keyDefaults: none,
        erasesAt: null,
        requiresFactor: false,
        embedOrigins: [],
        createdAt: NOW,
      };
      expect(await tenants.find(tenantId)).toEqual(made);
      const change = { name: 'New', sector: 'Testing', keyDefaults: { ...none, expiresInDays: 3 } };
      expect(await tenants.change(tenantId, change, ORIGIN, NOW)).toEqual({ ...made, ...change });
      expect(await tenants.change(tenantId, { sector: null }, ORIGIN, NOW)).toMatchObject({ sector: null });
      const embedOrigins = ['https://app.example.com'];
      expect(await tenants.change(tenantId, { embedOrigins }, ORIGIN, NOW)).toMatchObject({ embedOrigins });
      expect((await stores().decisions().tenant(tenantId, NOW))?.embedOrigins).toEqual(new Set(embedOrigins));
      await tenants.change(tenantId, { embedOrigins: [] }, ORIGIN, NOW);
      expect(await stores().decisions().tenant(tenantId, NOW)).not.toHaveProperty('embedOrigins');
      expect(await tenants.find('nobody')).toBeUndefined();
      expect(await tenants.change('nobody', change, ORIGIN, NOW)).toBeUndefined();
    });

    test('a closed tenant stays closed', async () => {
      const { tenantId } = await storeTenant(stores());
      await stores().tenants.change(tenantId, { state: 'closed' }, ORIGIN, NOW);
      await expect(stores().tenants.change(tenantId, { state: 'active' }, ORIGIN, NOW)).rejects.toMatchObject(
        { code: 'conflicting_state' },
      );
      expect((await stores().tenants.find(tenantId))?.state).toBe('closed');
    });
  });

  describe('workspaces', () => {
    test('a workspace is its tenant’s, and counts its keys that are not revoked', async () => {
      const [tenant, other] = [await storeTenant(stores()), await storeTenant(stores())];
      const second = await open(tenant.tenantId);
      const { apiKey } = await tenant.createKey({ workspaceId: second.id });
      const find = () => stores().workspaces.find(tenant.tenantId, second.id);
      expect(await find()).toEqual({ ...second, keys: 1 });
      await stores().keys.revoke(apiKey, ORIGIN, NOW);
      expect(await find()).toEqual(second);
      expect(await stores().workspaces.find(other.tenantId, second.id)).toBeUndefined();
      const all = await stores().workspaces.list(tenant.tenantId);
      expect(new Set(all.map(({ id }) => id))).toEqual(new Set([tenant.workspaceId, second.id]));
      expect(all.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual([tenant.workspaceId]);
    });

    test('one id is one workspace, and a tenant has no more than there may be, also at once', async () => {
      const { tenantId } = await storeTenant(stores());
      const { id } = await open(tenantId);
      await expect(open(tenantId, id)).rejects.toMatchObject({ code: 'conflicting_state' });
      for (let count = 2; count < MAX_WORKSPACES - 1; count += 1) await open(tenantId);
      const last = await Promise.allSettled(Array.from({ length: 3 }, () => open(tenantId)));
      expect(last.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of last)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'limit_reached' });
    });

    test('it is renamed while it is there', async () => {
      const { tenantId } = await storeTenant(stores());
      const workspace = await open(tenantId);
      const { workspaces } = stores();
      expect(await workspaces.change(workspace, { name: 'New' }, ORIGIN, NOW)).toBe(true);
      expect(await workspaces.find(tenantId, workspace.id)).toMatchObject({ name: 'New' });
      expect(await workspaces.remove(workspace, ORIGIN, NOW)).toBe(true);
      expect(await workspaces.remove(workspace, ORIGIN, NOW)).toBe(false);
      expect(await workspaces.change(workspace, { name: 'Newer' }, ORIGIN, NOW)).toBe(false);
    });

    test('it is not removed while it has keys; one that closes stays closing, and is removed without any', async () => {
      const tenant = await storeTenant(stores());
      const workspace = await open(tenant.tenantId);
      const { workspaces, keys } = stores();
      const { apiKey } = await tenant.createKey({ workspaceId: workspace.id });
      expect(await workspaces.remove(workspace, ORIGIN, NOW)).toBe(false);
      await workspaces.close(workspace, ORIGIN, NOW);
      await workspaces.close(workspace, ORIGIN, NOW);
      expect(await workspaces.find(tenant.tenantId, workspace.id)).toMatchObject({ state: 'closing' });
      await keys.revoke(apiKey, ORIGIN, NOW);
      expect(await workspaces.remove(workspace, ORIGIN, NOW)).toBe(true);
      expect(await workspaces.find(tenant.tenantId, workspace.id)).toBeUndefined();
    });
  });
}
