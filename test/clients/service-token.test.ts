import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientCredentials } from '../../lambdas/clients/client.ts';
import { type ServiceClientContext, serviceToken } from '../../lambdas/clients/service-token.ts';
import type { Scope } from '../../lambdas/contract/scopes.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { hashKey, newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, ORIGIN, storeTenant } from '../support/tenants.ts';

const ISSUER = 'https://api.example';
const refused = { code: 'invalid_client', status: 401 };
const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW);

let stores: MemoryStores;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let context: ServiceClientContext;
beforeEach(async () => {
  stores = memoryStores();
  tenant = await storeTenant(stores);
  const records = stores.decisions();
  context = {
    profile,
    deployment: {
      ...DEPLOYMENT,
      tiers: { free: { keyRequestsPerMinute: 3, sessionRequestsPerMinute: 9, keys: 9 } },
    },
    records,
    tenant: (tenantId) => records.tenant(tenantId, NOW),
    signer: new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    ),
    clock: () => NOW,
  };
});

const tokenFor = (
  presented: ClientCredentials,
  {
    scopes,
    resource = '',
    address = ADDRESS,
  }: { scopes?: readonly Scope[]; resource?: string; address?: string } = {},
) => serviceToken({ presented, scopes, resource, address }, context);

test('a service client’s token is one of its key: its record, its scopes, and no session', async () => {
  const { apiKey, key } = await tenant.createKey();
  const basic = { id: apiKey.id, secret: key };
  const { accessToken, scopes } = await tokenFor({ basic }, { resource: '/v1/things' });
  expect(scopes).toEqual(['read', 'write']);
  const claims = decodeJwt(accessToken);
  expect(claims).toMatchObject({
    sub: apiKey.id,
    tid: tenant.tenantId,
    loc: apiKey.locator,
    scope: 'read write',
    aud: `${ISSUER}/v1/things`,
  });
  expect(claims).not.toHaveProperty('sid');
  expect((await tokenFor({ basic, clientId: apiKey.id }, { scopes: ['read'] })).scopes).toEqual(['read']);
  await expect(tokenFor({ basic }, { scopes: ['admin'] })).rejects.toMatchObject({ code: 'invalid_scope' });
});

describe('no token is given', () => {
  test('without the key, or with another client’s', async () => {
    const [one, other] = [await tenant.createKey(), await tenant.createKey()];
    const id = one.apiKey.id;
    for (const presented of [
      {},
      { clientId: id },
      { basic: null },
      { basic: { id, secret: '' } },
      { basic: { id, secret: 'nonsense' } },
      { basic: { id, secret: newKey(profile.keys, 'live', newLocator()) } },
      { basic: { id, secret: newKey(profile.keys, 'live', one.apiKey.locator) } },
      { basic: { id, secret: other.key } },
      { basic: { id: 'key_nobody', secret: one.key } },
      { basic: { id, secret: one.key }, clientId: other.apiKey.id },
      { basic: { id, secret: one.key }, assertion: 'x.y.z' },
    ])
      await expect(tokenFor(presented)).rejects.toMatchObject(refused);
  });

  test('for a key that is revoked, disabled, expired, or used from elsewhere', async () => {
    const [revoked, disabled] = [await tenant.createKey(), await tenant.createKey()];
    await stores.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    await stores.keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    const expired = await tenant.createKey({ expiresAt: NOW });
    const block = parseBlock('203.0.113.0/24') ?? expect.unreachable();
    const listed = await tenant.createKey({ allowedBlocks: [block] });
    for (const { apiKey, key } of [revoked, disabled, expired, listed])
      await expect(tokenFor({ basic: { id: apiKey.id, secret: key } })).rejects.toMatchObject(refused);
    const { apiKey, key } = listed;
    await tokenFor({ basic: { id: apiKey.id, secret: key } }, { address: '203.0.113.9' });
  });

  test('of a suspended tenant or workspace, or of one whose time is over', async () => {
    const { apiKey, key } = await tenant.createKey();
    const basic = { id: apiKey.id, secret: key };
    for (const facts of [
      { state: 'suspended' as const },
      { suspendedWorkspaces: new Set([tenant.workspaceId]) },
      { heldUntil: NOW },
    ]) {
      const real = stores.decisions();
      const withFacts = {
        ...context,
        tenant: async (id: string) => {
          const found = await real.tenant(id, NOW);
          return found && { ...found, ...facts };
        },
      };
      const request = { presented: { basic }, scopes: undefined, resource: '', address: ADDRESS };
      await expect(serviceToken(request, withFacts)).rejects.toMatchObject(refused);
    }
  });

  test('over the allowance of the key, which its tokens share', async () => {
    const { apiKey, key } = await tenant.createKey();
    const presented = { basic: { id: apiKey.id, secret: key } };
    for (let count = 0; count < 3; count += 1) await tokenFor(presented);
    await expect(tokenFor(presented)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 12 });
  });
});

test('both secrets of a rotation hold during its grace', async () => {
  const { apiKey, key, hash } = await tenant.createKey();
  const next = newKey(profile.keys, 'live', apiKey.locator);
  const rotation = {
    replaces: hash,
    hash: hashKey(next),
    expiresAt: apiKey.expiresAt,
    previousExpiresAt: NOW + 60,
  };
  expect(await stores.keys.rotate(apiKey, rotation, ORIGIN, NOW)).toBe(true);
  for (const secret of [key, next]) await tokenFor({ basic: { id: apiKey.id, secret } });
});
