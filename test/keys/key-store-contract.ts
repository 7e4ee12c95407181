import { describe, expect, test } from 'vitest';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { revokeKeys } from '../../lambdas/keys/revocation.ts';
import { ROTATION_PAUSE_SECONDS } from '../../lambdas/keys/rotation.ts';
import {
  ADDRESS,
  FOREVER,
  NOW,
  newAccount,
  newIssue,
  ORIGIN,
  type Stores,
  storeTenant,
  successor,
} from '../support/tenants.ts';

const codes = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) =>
    result.status === 'fulfilled' ? 'made' : (result.reason as { code?: string }).code,
  );
const rotationTo = (key: string, replaces: Uint8Array, given: object = {}) => ({
  replaces,
  hash: hashKey(key),
  expiresAt: FOREVER,
  previousExpiresAt: NOW + 60,
  ...given,
});

/** What every `KeyStore` does, together with the stores that make tenants and workspaces. */
export function keyStoreContract(stores: () => Stores): void {
  const count = async (tenantId: string) => (await stores().tenants.find(tenantId))?.keys;
  const open = async (tenantId: string) => {
    const workspace = { id: crypto.randomUUID(), tenantId, name: 'W', keys: 0, isDefault: false };
    await stores().workspaces.create({ ...workspace, state: 'active', createdAt: NOW }, ORIGIN);
    return { ...workspace, state: 'active', createdAt: NOW } as const;
  };
  const find = (key: ApiKey) => stores().keys.find(key.tenantId, key.id);

  describe('creating keys', () => {
    test('what was created is found as it was, by its own tenant alone', async () => {
      const [tenant, other] = [await storeTenant(stores()), await storeTenant(stores())];
      const { apiKey } = await tenant.createKey({
        name: 'Ключ 🔑',
        metadata: { team: 'data', empty: '' },
        scopes: ['read', 'delete'],
        environment: 'test',
        lifetimeSeconds: 100,
        expiresAt: NOW + 100,
      });
      expect(await find(apiKey)).toEqual(apiKey);
      expect(await stores().keys.find(other.tenantId, apiKey.id)).toBeUndefined();
    });

    test('of 20 creations at once at a limit of 5, five are made and the others are told of the limit', async () => {
      const { tenantId, workspaceId } = await storeTenant(stores());
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          stores().keys.create(newIssue({ tenantId, workspaceId }).issue, 5, ORIGIN),
        ),
      );
      // Onboarding made the first of the five.
      expect(codes(results).filter((code) => code === 'made')).toHaveLength(4);
      expect(codes(results).filter((code) => code === 'limit_reached')).toHaveLength(16);
      expect((await stores().keys.page(tenantId, 100)).keys).toHaveLength(5);
      expect(await count(tenantId)).toBe(5);
    });

    test('live and test keys have a limit each', async () => {
      const { tenantId, workspaceId } = await storeTenant(stores());
      const make = (environment: ApiKey['environment']) =>
        stores().keys.create(newIssue({ tenantId, workspaceId, environment }).issue, 1, ORIGIN);
      await make('test');
      await expect(make('test')).rejects.toMatchObject({ code: 'limit_reached' });
      await expect(make('live')).rejects.toMatchObject({ code: 'limit_reached' });
    });

    test('a workspace that does not exist, closes, or is another tenant’s is not found, and takes no place', async () => {
      const { tenantId } = await storeTenant(stores());
      const other = await storeTenant(stores());
      const closing = await open(tenantId);
      await stores().workspaces.close(closing, ORIGIN, NOW);
      for (const workspaceId of ['none', '', other.workspaceId, closing.id, 'x'.repeat(64)]) {
        const { issue } = newIssue({ tenantId, workspaceId });
        await expect(stores().keys.create(issue, 5, ORIGIN)).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(await count(tenantId)).toBe(1);
    });

    test('no id makes the search fail', async () => {
      const { tenantId } = await storeTenant(stores());
      for (const id of ['', 'x', 'x'.repeat(10_000), '🔑'.repeat(500), '\0', '../..', '#']) {
        expect(await stores().keys.find(tenantId, id)).toBeUndefined();
      }
    });

    test('tier, defaults and workspaces are the tenant’s', async () => {
      const { tenantId, workspaceId } = await storeTenant(stores(), { tier: 'pro' });
      const other = await storeTenant(stores());
      const { keys, tenants } = stores();
      const none = { expiresInDays: null, scopes: null, allowedBlocks: null };
      expect(await keys.tenant(tenantId)).toEqual({ tier: 'pro', defaults: none });
      expect(await keys.tenant('nobody')).toEqual({ tier: undefined, defaults: none });
      await tenants.change(tenantId, { keyDefaults: { ...none, expiresInDays: 7 } }, ORIGIN, NOW);
      expect((await keys.tenant(tenantId)).defaults).toEqual({ ...none, expiresInDays: 7 });
      expect(await keys.hasWorkspace(tenantId, workspaceId)).toBe(true);
      expect(await keys.hasWorkspace(tenantId, other.workspaceId)).toBe(false);
    });
  });

  describe('revoking', () => {
    test('is for ever, and a second revocation changes nothing', async () => {
      const { apiKey } = await (await storeTenant(stores())).createKey();
      await stores().keys.revoke(apiKey, ORIGIN, NOW);
      await stores().keys.revoke(apiKey, ORIGIN, NOW + 1000);
      expect(await find(apiKey)).toEqual({ ...apiKey, state: 'revoked', revokedAt: NOW });
    });

    test('gives room for another key, once, however many revoke it at once', async () => {
      const tenant = await storeTenant(stores());
      const { tenantId, workspaceId } = tenant;
      const { apiKey } = await tenant.createKey();
      const next = () => stores().keys.create(newIssue({ tenantId, workspaceId }).issue, 2, ORIGIN);
      await expect(next()).rejects.toMatchObject({ code: 'limit_reached' });
      await Promise.all(Array.from({ length: 5 }, () => stores().keys.revoke(apiKey, ORIGIN, NOW)));
      expect(await count(tenantId)).toBe(1);
      await next();
      await expect(next()).rejects.toMatchObject({ code: 'limit_reached' });
    });

    test('a selection revokes what it says and nothing else', async () => {
      const tenant = await storeTenant(stores());
      const { tenantId } = tenant;
      const second = await open(tenantId);
      const here = await tenant.createKey();
      const there = [0, 1, 2].map(() =>
        tenant.createKey({ workspaceId: second.id, createdBy: 'user:other' }),
      );
      const inSecond = (await Promise.all(there)).map(({ apiKey }) => apiKey);
      const context = { keys: stores().keys, clock: () => NOW };
      const revoke = (selection: Parameters<typeof revokeKeys>[0]['selection']) =>
        revokeKeys({ tenantId, selection, origin: ORIGIN, hasTimeLeft: () => true }, context);
      expect(await revoke({ workspaceId: second.id, createdBefore: NOW })).toMatchObject({ revoked: 0 });
      expect(await revoke({ createdBy: 'user:other' })).toEqual({ revoked: 3, complete: true });
      expect(await revoke({ workspaceId: second.id })).toEqual({ revoked: 0, complete: true });
      for (const key of inSecond) expect((await find(key))?.state).toBe('revoked');
      expect((await find(here.apiKey))?.state).toBe('active');
      expect(await count(tenantId)).toBe(2);
    });
  });

  describe('changing', () => {
    test('writes what is given and leaves the rest', async () => {
      const { apiKey } = await (await storeTenant(stores())).createKey({ metadata: { a: '1' } });
      const change = {
        name: 'New',
        scopes: ['read'],
        state: 'disabled',
        lifetimeSeconds: 60,
        expiresAt: NOW + 60,
      } as const;
      expect(await stores().keys.change(apiKey, change, ORIGIN, NOW)).toBe(true);
      expect(await find(apiKey)).toEqual({ ...apiKey, ...change });
      const never = { lifetimeSeconds: null, expiresAt: FOREVER };
      expect(await stores().keys.change(apiKey, never, ORIGIN, NOW)).toBe(true);
      expect(await find(apiKey)).toMatchObject({ ...never, name: 'New', metadata: { a: '1' } });
    });

    test.each<[string, Parameters<Stores['keys']['change']>[1]]>([
      ['enabling it', { state: 'active' }],
      ['an expiry', { expiresAt: FOREVER, lifetimeSeconds: null }],
      ['scopes', { scopes: ['admin'] }],
      ['addresses', { allowedBlocks: [] }],
    ])('%s never revives a revoked key', async (_name, change) => {
      const { apiKey } = await (await storeTenant(stores())).createKey();
      await stores().keys.revoke(apiKey, ORIGIN, NOW);
      const before = await find(apiKey);
      expect(await stores().keys.change(apiKey, change, ORIGIN, NOW)).toBe(false);
      expect(await find(apiKey)).toEqual(before);
    });

    test('a key that there is not is not changed, nor made', async () => {
      const { tenantId, workspaceId } = await storeTenant(stores());
      const { key } = newIssue({ tenantId, workspaceId }).issue;
      for (const change of [{ name: 'Late' }, { state: 'active' }] as const)
        expect(await stores().keys.change(key, change, ORIGIN, NOW)).toBe(false);
      expect(await find(key)).toBeUndefined();
    });
  });

  describe('rotating', () => {
    test('of 20 rotations at once one is made', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey();
      const keys = Array.from({ length: 20 }, () => successor(apiKey));
      const made = await Promise.all(
        keys.map((key) => stores().keys.rotate(apiKey, rotationTo(key, hash), ORIGIN, NOW)),
      );
      expect(made.filter(Boolean)).toHaveLength(1);
      const winner = keys[made.indexOf(true)] ?? '';
      expect(Buffer.from((await stores().keys.presentHash(apiKey)) ?? [])).toEqual(hashKey(winner));
    });

    test('a repetition within the pause is refused although it names the present key; after it, it is made', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey();
      const [first, second] = [successor(apiKey), successor(apiKey)];
      const rotate = (rotation: ReturnType<typeof rotationTo>, now: number) =>
        stores().keys.rotate(apiKey, rotation, ORIGIN, now);
      expect(await rotate(rotationTo(first, hash), NOW)).toBe(true);
      const again = rotationTo(second, hashKey(first));
      expect(await rotate(again, NOW + ROTATION_PAUSE_SECONDS - 1)).toBe(false);
      expect(await rotate(again, NOW + ROTATION_PAUSE_SECONDS)).toBe(true);
    });

    test('a key that was revoked or disabled meanwhile is not rotated, nor one that there is not', async () => {
      const tenant = await storeTenant(stores());
      for (const kill of [
        (key: ApiKey) => stores().keys.revoke(key, ORIGIN, NOW),
        (key: ApiKey) => stores().keys.change(key, { state: 'disabled' }, ORIGIN, NOW),
      ]) {
        const { apiKey, hash } = await tenant.createKey();
        await kill(apiKey);
        const before = await find(apiKey);
        expect(await stores().keys.rotate(apiKey, rotationTo(successor(apiKey), hash), ORIGIN, NOW)).toBe(
          false,
        );
        expect(await find(apiKey)).toEqual(before);
      }
      const { key, hash } = newIssue(tenant).issue;
      expect(await stores().keys.rotate(key, rotationTo(successor(key), hash), ORIGIN, NOW)).toBe(false);
      expect(await stores().keys.presentHash(key)).toBeUndefined();
    });

    test('the older key keeps its grace, which a new expiry can shorten and no rotation in between makes longer', async () => {
      const { apiKey, key, hash } = await (await storeTenant(stores())).createKey();
      const next = successor(apiKey);
      const uses = async (which: string, now: number) =>
        (
          await stores()
            .decisions()
            .useKey({ locator: apiKey.locator, hash: hashKey(which), address: ADDRESS, now })
        ).passed;
      await stores().keys.rotate(apiKey, rotationTo(next, hash), ORIGIN, NOW);
      expect(await find(apiKey)).toMatchObject({ expiresAt: FOREVER, previousExpiresAt: NOW + 60 });
      // Who had read the key before the rotation must not lengthen a life that they do not know of.
      const expiry = { lifetimeSeconds: 30, expiresAt: NOW + 30 };
      expect(await stores().keys.change(apiKey, expiry, ORIGIN, NOW)).toBe(false);
      const present = await find(apiKey);
      if (present === undefined) throw new Error('The key is gone.');
      expect(await stores().keys.change(present, expiry, ORIGIN, NOW)).toBe(true);
      expect([await uses(key, NOW + 29), await uses(key, NOW + 30)]).toEqual([true, false]);
      expect(await uses(next, NOW + 29)).toBe(true);
    });
  });

  describe('paging', () => {
    test('shows each key once, oldest first, of all and of one workspace, and none of another tenant', async () => {
      const [tenant, other] = [await storeTenant(stores()), await storeTenant(stores())];
      const second = await open(tenant.tenantId);
      for (let index = 0; index < 12; index += 1)
        await tenant.createKey(index % 3 === 0 ? { workspaceId: second.id } : {});
      const theirs = await other.createKey();
      const pages = async (limit: number, workspaceId?: string) => {
        const keys: ApiKey[] = [];
        for (let after: string | null | undefined; after !== null; ) {
          const page = await stores().keys.page(tenant.tenantId, limit, after, workspaceId);
          expect(page.keys.length).toBeLessThanOrEqual(limit);
          keys.push(...page.keys);
          after = page.next;
        }
        return keys;
      };
      const all = await pages(100);
      expect(all).toHaveLength(13);
      expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted());
      for (const limit of [1, 5, 13]) expect(await pages(limit)).toEqual(all);
      const ofSecond = all.filter(({ workspaceId }) => workspaceId === second.id);
      expect(ofSecond).toHaveLength(4);
      for (const limit of [1, 3, 100]) expect(await pages(limit, second.id)).toEqual(ofSecond);
      for (const after of ['', theirs.apiKey.id, 'key_', '~']) {
        const { keys } = await stores().keys.page(tenant.tenantId, 100, after);
        expect(keys.every(({ tenantId }) => tenantId === tenant.tenantId)).toBe(true);
      }
    });

    test('ends a page before it is too large for an answer, however many keys are asked for', async () => {
      const tenant = await storeTenant(stores());
      const entries = Array.from({ length: 20 }, (_, index) => [`n${index}`, 'v'.repeat(256)] as const);
      for (let index = 0; index < 400; index += 1)
        await tenant.createKey({ metadata: Object.fromEntries(entries) });
      const ids = new Set<string>();
      for (let after: string | null | undefined; after !== null; ) {
        const page = await stores().keys.page(tenant.tenantId, 1000, after);
        expect(JSON.stringify(page.keys).length).toBeLessThan(2_100_000);
        for (const { id } of page.keys) ids.add(id);
        after = page.next;
      }
      expect(ids.size).toBe(401);
    });
  });

  describe('the key of an account', () => {
    test('is made with it', async () => {
      const account = newAccount();
      await stores().accounts.createAccount(account);
      expect(await find(account.key.key)).toEqual(account.key.key);
    });
  });
}
