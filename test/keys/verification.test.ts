import { beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { type VerificationContext, verifyKey } from '../../lambdas/keys/verification.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, ORIGIN, storeTenant, successor } from '../support/tenants.ts';

const stores = memoryStores();
const asPerson = (by: Caller): Caller => ({
  ...by,
  kind: 'user',
  userId: 'u',
  sessionId: 's',
  role: 'admin',
});
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let caller: Caller;
let context: VerificationContext;
beforeAll(async () => {
  tenant = await storeTenant(stores);
  const { tenantId, workspaceId } = tenant;
  caller = { kind: 'key', keyId: 'k', tenantId, workspaceId, scopes: ['admin'], environment: 'live' };
  const { keys, workspaces } = stores;
  const records = stores.decisions();
  context = { profile, deployment: DEPLOYMENT, keys, workspaces, records, clock: () => NOW };
});

const verify = (key: string, count = false, by = caller) =>
  verifyKey({ key, count, caller: by, address: ADDRESS }, context);

describe('verifying a key', () => {
  test('tells its rights, and its allowance, which only counting uses up', async () => {
    const { apiKey, key } = await tenant.createKey({ scopes: ['read'] });
    for (let look = 0; look < 3; look += 1)
      expect(await verify(key)).toMatchObject({
        status: 'valid',
        keyId: apiKey.id,
        scopes: ['read'],
        allowance: { limit: 100, remaining: 100 },
      });
    expect(await verify(key, true)).toMatchObject({ status: 'valid', allowance: { remaining: 99 } });
    expect(await verify(key)).toMatchObject({ allowance: { remaining: 99 } });
  });

  test('tells why one is dead: expired, disabled, revoked, or of a workspace that is being deleted', async () => {
    const expired = await tenant.createKey({ expiresAt: NOW });
    const disabled = await tenant.createKey();
    await stores.keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    const revoked = await tenant.createKey();
    await stores.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    const id = crypto.randomUUID();
    const workspace = { id, tenantId: tenant.tenantId, name: 'W', keys: 0, isDefault: false, createdAt: NOW };
    await stores.workspaces.create({ ...workspace, state: 'active' }, ORIGIN);
    const closing = await tenant.createKey({ workspaceId: id });
    await stores.workspaces.close({ ...workspace, state: 'active' }, ORIGIN, NOW);
    for (const count of [false, true]) {
      expect((await verify(expired.key, count)).status).toBe('expired');
      expect((await verify(disabled.key, count)).status).toBe('disabled');
      expect((await verify(revoked.key, count)).status).toBe('revoked');
      expect((await verify(closing.key, count, asPerson(caller))).status).toBe('revoked');
    }
  });

  test('does not tell another tenant’s, another workspace’s, a wrong secret and garbage from one that nobody has', async () => {
    const { apiKey, key } = await tenant.createKey();
    const theirs = await (await storeTenant(stores)).createKey();
    const unknown = newKey(profile.keys, 'live', newLocator());
    for (const other of [theirs.key, unknown, successor(apiKey), 'garbage', ''])
      for (const by of [caller, asPerson(caller)])
        for (const count of [false, true])
          expect(await verify(other, count, by)).toEqual({ status: 'unknown' });
    expect(await verify(key, true, { ...caller, workspaceId: 'another' })).toEqual({ status: 'unknown' });
    expect(await stores.keys.find(theirs.apiKey.tenantId, theirs.apiKey.id)).toMatchObject({ requests: 0 });
  });

  test('by a test key counts for no live key', async () => {
    const { key } = await tenant.createKey();
    const sandbox = { ...caller, environment: 'test' } as const;
    await expect(verify(key, true, sandbox)).rejects.toMatchObject({ fields: [{ field: 'count' }] });
    expect((await verify(key, false, sandbox)).status).toBe('valid');
    const { key: own } = await tenant.createKey({ environment: 'test' });
    expect((await verify(own, true, sandbox)).status).toBe('valid');
  });
});
