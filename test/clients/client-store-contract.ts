import { describe, expect, test } from 'vitest';
import { CLIENT, type StoredClient } from '../../lambdas/clients/client-record.ts';
import { MAX_CLIENTS } from '../../lambdas/clients/stored-clients.ts';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { NOW, ORIGIN, type Stores, storeTenant } from '../support/tenants.ts';

export function storedClient(given: Partial<StoredClient> = {}): StoredClient {
  return {
    ...CLIENT.initial,
    clientId: `client_${crypto.randomUUID().replaceAll('-', '')}`,
    kind: 'registered',
    tenantId: null,
    name: 'A client',
    redirectUris: ['https://app.example/cb', 'http://localhost/cb'],
    authentication: 'none',
    expiresAt: NOW + 60,
    createdAt: NOW,
    ...given,
  };
}

/** What every `ClientStore` does. */
export function clientStoreContract(stores: () => Stores): void {
  const administered = (tenantId: string, given: Partial<StoredClient> = {}) =>
    storedClient({ kind: 'administered', tenantId, expiresAt: NEVER, createdBy: 'user:u', ...given });

  describe('clients', () => {
    test('a client is as it was registered', async () => {
      const { clients } = stores();
      const client = storedClient({
        name: null,
        authentication: 'private_key_jwt',
        keys: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] },
      });
      await clients.register(client);
      expect(await clients.find(client.clientId)).toEqual(client);
      expect(await clients.find('client_nobody')).toBeUndefined();
    });

    test('it is kept once, while it has not ended, and then for good', async () => {
      const { clients } = stores();
      const client = storedClient();
      await clients.register(client);
      expect(await clients.keep(client.clientId, NOW + 60)).toBeUndefined();
      expect(await clients.keep(client.clientId, NOW + 59)).toBe(NOW);
      expect(await clients.keep(client.clientId, NOW + 59)).toBeUndefined();
      expect(await clients.find(client.clientId)).toEqual({ ...client, expiresAt: NEVER });
      expect(await clients.keep('client_nobody', NOW)).toBeUndefined();
      expect(await clients.find('client_nobody')).toBeUndefined();
    });

    test('registrations of a day are counted one by one, what is taken back and what is past not', async () => {
      const { clients } = stores();
      const day = 86_400;
      const begin = NOW + 1000 * day;
      const counts = await Promise.all(Array.from({ length: 5 }, () => clients.countRegistration(begin)));
      expect(counts.sort()).toEqual([1, 2, 3, 4, 5]);
      await clients.uncountRegistration(begin);
      expect(await clients.countRegistration(begin + day)).toBe(5);
      expect(await clients.countRegistration(begin + day + 3600)).toBe(2);
      expect(await clients.countRegistration(begin + 30 * day)).toBe(1);
      // Nobody comes back below zero.
      await clients.uncountRegistration(begin);
      expect(await clients.countRegistration(begin + 30 * day)).toBe(2);
    });

    test('those of a tenant are listed, and no other’s', async () => {
      const { clients } = stores();
      const [tenant, other] = [await storeTenant(stores()), await storeTenant(stores())];
      const [first, second] = [
        administered(tenant.tenantId, { clientId: `client_1${crypto.randomUUID().slice(0, 8)}` }),
        administered(tenant.tenantId, {
          clientId: `client_2${crypto.randomUUID().slice(0, 8)}`,
          scopes: ['read'],
        }),
      ];
      await clients.create(second, tenant.tenantId, ORIGIN);
      await clients.create(first, tenant.tenantId, ORIGIN);
      expect(await clients.list(tenant.tenantId)).toEqual([first, second]);
      expect(await clients.list(other.tenantId)).toEqual([]);
    });

    test('a tenant has no more than there may be, also at once, and a removed one gives its place back', async () => {
      const { clients } = stores();
      const { tenantId } = await storeTenant(stores());
      for (let count = 1; count < MAX_CLIENTS; count += 1)
        await clients.create(administered(tenantId), tenantId, ORIGIN);
      const last = await Promise.allSettled(
        Array.from({ length: 3 }, () => clients.create(administered(tenantId), tenantId, ORIGIN)),
      );
      expect(last.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const [one] = await clients.list(tenantId);
      if (one === undefined) throw new Error('none is listed');
      expect(await clients.remove(one, tenantId, ORIGIN, NOW)).toBe(true);
      expect(await clients.remove(one, tenantId, ORIGIN, NOW)).toBe(false);
      expect(await clients.find(one.clientId)).toBeUndefined();
      await clients.create(administered(tenantId), tenantId, ORIGIN);
      expect(await clients.list(tenantId)).toHaveLength(MAX_CLIENTS);
    });

    test('of rotations at once one replaces the secret, and the other is told', async () => {
      const { clients } = stores();
      const { tenantId } = await storeTenant(stores());
      const client = administered(tenantId, { authentication: 'client_secret_basic', secretHash: 'h1' });
      await clients.create(client, tenantId, ORIGIN);
      const rotate = (hash: string) =>
        clients.rotate(client, { hash, replaces: 'h1', previousExpiresAt: NOW + 9 }, ORIGIN, NOW);
      const done = await Promise.all([rotate('h2'), rotate('h2')]);
      expect(done.filter(Boolean)).toHaveLength(1);
      expect(await clients.find(client.clientId)).toMatchObject({
        secretHash: 'h2',
        previousSecretHash: 'h1',
        previousSecretExpiresAt: NOW + 9,
      });
    });

    test('an assertion is used once, also at once, until it has expired', async () => {
      const { clients } = stores();
      const hash = crypto.randomUUID();
      const uses = await Promise.all([1, 2, 3].map(() => clients.useAssertion(hash, NOW + 60, NOW)));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect(await clients.useAssertion(hash, NOW + 60, NOW + 59)).toBe(false);
      expect(await clients.useAssertion(hash, NOW + 120, NOW + 60)).toBe(true);
    });
  });
}
