import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { workspaceRevocation } from '../../lambdas/keys/revocation.ts';
import { requireKeyDefaults } from '../../lambdas/tenancy/key-defaults.ts';
import { requireWorkspace } from '../../lambdas/tenancy/workspace-choice.ts';
import {
  changeWorkspace,
  createWorkspace,
  deleteWorkspace,
  findWorkspace,
  listWorkspaces,
  type WorkspaceContext,
} from '../../lambdas/tenancy/workspaces.ts';
import { profile } from '../../profiles/default.ts';
import { RIGHTS } from '../support/deployment.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

const FROM = { requestId: 'r' };
let stores: MemoryStores;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let context: WorkspaceContext;
let person: Caller;
let program: Caller;

beforeEach(async () => {
  stores = memoryStores();
  tenant = await storeTenant(stores);
  const clock = () => NOW;
  const revokeKeys = workspaceRevocation({ keys: stores.keys, clock });
  context = { workspaces: stores.workspaces, revokeKeys, clock };
  const { tenantId, workspaceId } = tenant;
  const common = { tenantId, workspaceId, scopes: ['admin'], environment: 'live' } as const;
  person = { kind: 'user', userId: 'u', sessionId: 's', role: 'admin', ...common };
  program = { kind: 'key', keyId: 'k', ...common };
});

const create = (name = 'Second') => createWorkspace({ name }, person, FROM, context);
const always = () => true;
const remove = (id: string, force: boolean, hasTimeLeft = always) =>
  deleteWorkspace({ id, force, caller: person, from: FROM, hasTimeLeft }, context);
const notFound = expect.objectContaining({ code: 'not_found' });

describe('workspaces', () => {
  test('a person sees all of their tenant, and a key its own alone', async () => {
    const second = await create();
    expect(await listWorkspaces(person, context)).toHaveLength(2);
    expect((await listWorkspaces(program, context)).map(({ id }) => id)).toEqual([tenant.workspaceId]);
    expect(await findWorkspace(second.id, person, context)).toEqual(second);
    await expect(findWorkspace(second.id, program, context)).rejects.toEqual(notFound);
    await expect(
      changeWorkspace({ id: second.id, change: { name: 'Mine' }, caller: program, from: FROM }, context),
    ).rejects.toEqual(notFound);
    const other = await storeTenant(stores);
    await expect(findWorkspace(other.workspaceId, person, context)).rejects.toEqual(notFound);
  });

  test('one is renamed; one that goes meanwhile is not found', async () => {
    const second = await create();
    expect(
      await changeWorkspace({ id: second.id, change: { name: 'New' }, caller: person, from: FROM }, context),
    ).toEqual({
      ...second,
      name: 'New',
    });
    vi.spyOn(stores.workspaces, 'change').mockResolvedValueOnce(false);
    await expect(
      changeWorkspace({ id: second.id, change: { name: 'New' }, caller: person, from: FROM }, context),
    ).rejects.toEqual(notFound);
  });

  test('one that is picked must be the caller’s; a foreign one, one too long and none are not told apart', async () => {
    const second = await create();
    const other = await storeTenant(stores);
    await requireWorkspace(undefined, person, stores.keys);
    await requireWorkspace(second.id, person, stores.keys);
    await requireWorkspace(tenant.workspaceId, program, stores.keys);
    await expect(requireWorkspace(second.id, program, stores.keys)).rejects.toEqual(notFound);
    for (const id of [other.workspaceId, 'none', 'x'.repeat(65)])
      await expect(requireWorkspace(id, person, stores.keys)).rejects.toEqual(notFound);
  });
});

describe('deleting a workspace', () => {
  test('needs no force when it has no keys, and never deletes the default one', async () => {
    const second = await create();
    expect(await remove(second.id, false)).toEqual({ status: 'deleted', revoked: 0 });
    await expect(remove(second.id, false)).rejects.toEqual(notFound);
    for (const force of [false, true])
      await expect(remove(tenant.workspaceId, force)).rejects.toMatchObject({ code: 'conflicting_state' });
  });

  test('that has keys needs force, which revokes them all and takes no new ones', async () => {
    const second = await create();
    const { apiKey } = await tenant.createKey({ workspaceId: second.id });
    await tenant.createKey({ workspaceId: second.id });
    await expect(remove(second.id, false)).rejects.toMatchObject({ code: 'conflicting_state' });
    expect(await remove(second.id, true)).toEqual({ status: 'deleted', revoked: 2 });
    expect((await stores.keys.find(tenant.tenantId, apiKey.id))?.state).toBe('revoked');
  });

  test('that runs out of time is closing, with its keys refused, and goes on when it is repeated', async () => {
    const second = await create();
    await tenant.createKey({ workspaceId: second.id });
    expect(await remove(second.id, true, () => false)).toEqual({ status: 'closing', revoked: 0 });
    const facts = await stores.decisions().tenant(tenant.tenantId, NOW);
    expect(facts?.suspendedWorkspaces).toEqual(new Set([second.id]));
    await expect(tenant.createKey({ workspaceId: second.id })).rejects.toEqual(notFound);
    // No force is needed: it was given.
    expect(await remove(second.id, false)).toEqual({ status: 'deleted', revoked: 1 });
  });
});

describe('a tenant’s defaults for keys', () => {
  const none = { expiresInDays: null, scopes: null, allowedBlocks: null };

  test('are those that a key of the contract can have', () => {
    requireKeyDefaults(none, profile, RIGHTS);
    const most = { ...none, scopes: ['read'], expiresInDays: profile.keys.maxExpiryDays };
    requireKeyDefaults(most, profile, RIGHTS);
  });

  test('are refused by the name of the field else', () => {
    for (const [defaults, field] of [
      [{ ...none, scopes: ['fly'] }, 'key_defaults.scopes: must be some of read, write, delete, admin'],
      [{ ...none, scopes: ['read', 'admin'] }, 'key_defaults.scopes: must not have admin, which manages'],
      [{ ...none, expiresInDays: profile.keys.maxExpiryDays + 1 }, 'key_defaults.expires_in_days'],
    ] as const)
      expect(() => requireKeyDefaults(defaults, profile, RIGHTS)).toThrow(field);
  });
});
