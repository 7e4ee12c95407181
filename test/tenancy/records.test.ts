import { expect, test } from 'vitest';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { tenantKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { TENANT, type Tenant } from '../../lambdas/tenancy/tenant.ts';
import { tenantFacts } from '../../lambdas/tenancy/tenant-facts.ts';
import { WORKSPACE, type Workspace } from '../../lambdas/tenancy/workspace.ts';

const tenant: Tenant = {
  ...TENANT.initial,
  id: 't',
  name: 'Acme',
  sector: null,
  tier: 'pro',
  keys: 2,
  users: 1,
  workspaces: 1,
  createdAt: 1_700_000_000,
};

test('the authorizer reads of a tenant what the declaration writes', () => {
  const item = { ...TENANT.item('item', tenant), [attribute.WORKSPACES]: { SS: ['w'] } };
  expect(tenantFacts(item)).toEqual({
    state: 'active',
    tier: 'pro',
    suspendedWorkspaces: new Set(),
    workspaces: new Set(['w']),
  });
});

test('a tenant is read as it was stored, with and without defaults for its keys', () => {
  const block = parseBlock('192.0.2.0/24');
  const keyDefaults = { expiresInDays: 30, scopes: ['read'], allowedBlocks: block && [block] } as const;
  for (const stored of [
    tenant,
    { ...tenant, keyDefaults: { ...TENANT.initial.keyDefaults, ...keyDefaults } },
  ]) {
    const item = {
      ...tenantKey('t'),
      ...TENANT.item('item', stored as Tenant),
      [attribute.WORKSPACES]: { SS: ['w'] },
    };
    expect(TENANT.read({ item })).toEqual(stored);
  }
  expect(TENANT.item('item', tenant)).not.toHaveProperty('keyDefaults');
});

test('a workspace is read as it was stored, beside the default of its tenant', () => {
  const workspace: Workspace = { ...WORKSPACE.initial, id: 'w', tenantId: 't', name: 'W', createdAt: 7 };
  for (const stored of [workspace, { ...workspace, state: 'closing' as const, keys: 3 }]) {
    const row = { ...workspaceKey('t', 'w'), ...WORKSPACE.item('row', stored) };
    expect(WORKSPACE.read({ row })).toEqual(stored);
    expect(WORKSPACE.read({ row: { ...row, defaultWorkspace: S('w') } }).isDefault).toBe(true);
  }
});
