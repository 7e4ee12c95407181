import { beforeEach, expect, test } from 'vitest';
import {
  type AdministeredContext,
  createClient,
  deleteClient,
  findClient,
  rotateSecret,
} from '../../lambdas/clients/administered.ts';
import { holdsSecret } from '../../lambdas/clients/secrets.ts';
import type { UserCaller } from '../../lambdas/kernel/caller.ts';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

const REQUEST = {
  name: 'Our app',
  redirectUris: ['https://app.example/cb'],
  authentication: 'client_secret_basic',
  keys: null,
  scopes: null,
} as const;
const from = { requestId: 'r', address: '192.0.2.7' };

let context: AdministeredContext;
let caller: UserCaller;
let stranger: UserCaller;
beforeEach(async () => {
  const stores = memoryStores();
  context = { profile, deployment: DEPLOYMENT, clients: stores.clients, clock: () => NOW };
  const callerOf = async (): Promise<UserCaller> => {
    const { tenantId, workspaceId } = await storeTenant(stores);
    const person = { userId: 'u', sessionId: 's', role: 'admin', environment: 'live' } as const;
    return { kind: 'user', tenantId, workspaceId, scopes: ['read', 'write'], ...person };
  };
  [caller, stranger] = [await callerOf(), await callerOf()];
});

test('a client of an administrator is its tenant’s, does not end, and says who made it', async () => {
  const { client } = await createClient({ ...REQUEST, scopes: ['read'] }, { caller, from }, context);
  expect(client).toMatchObject({
    kind: 'administered',
    tenantId: caller.tenantId,
    scopes: ['read'],
    expiresAt: NEVER,
    createdBy: 'user:u',
  });
  expect(await findClient(client.clientId, caller, context)).toEqual(client);
});

test('another tenant’s client is not told from one that nobody has', async () => {
  const { client } = await createClient(REQUEST, { caller, from }, context);
  const by = { caller: stranger, from };
  for (const id of [client.clientId, 'client_00', 'client_', '../x', ''])
    for (const attempt of [
      () => findClient(id, stranger, context),
      () => rotateSecret(id, 0, by, context),
      () => deleteClient(id, by, context),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
  expect(await findClient(client.clientId, caller, context)).toEqual(client);
});

test('nobody gives a client more than they have', async () => {
  for (const [scopes, code] of [
    [['admin'], 'exceeds_own_rights'],
    [['nonsense'], 'invalid_field'],
  ] as const)
    await expect(createClient({ ...REQUEST, scopes }, { caller, from }, context)).rejects.toMatchObject({
      code,
    });
});

test('a rotated secret works on for its grace, the new one at once', async () => {
  const { client, secret: old } = await createClient(REQUEST, { caller, from }, context);
  const { secret } = await rotateSecret(client.clientId, 60, { caller, from }, context);
  const now = await findClient(client.clientId, caller, context);
  expect([holdsSecret(now, secret, NOW), holdsSecret(now, old ?? '', NOW + 59)]).toEqual([true, true]);
  expect(holdsSecret(now, old ?? '', NOW + 60)).toBe(false);
});

test('a public client has no secret to rotate', async () => {
  const { client, secret } = await createClient(
    { ...REQUEST, authentication: 'none' },
    { caller, from },
    context,
  );
  expect(secret).toBeNull();
  await expect(rotateSecret(client.clientId, 60, { caller, from }, context)).rejects.toMatchObject({
    code: 'conflicting_state',
  });
});

test('a deleted client is gone', async () => {
  const { client } = await createClient(REQUEST, { caller, from }, context);
  await deleteClient(client.clientId, { caller, from }, context);
  await expect(findClient(client.clientId, caller, context)).rejects.toMatchObject({ code: 'not_found' });
});
