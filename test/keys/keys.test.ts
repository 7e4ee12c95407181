import { beforeAll, describe, expect, test } from 'vitest';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { createKey, findKey, type KeyContext, listKeys, updateKey } from '../../lambdas/keys/keys.ts';
import { revokeKey, revokeKeys } from '../../lambdas/keys/revocation.ts';
import { rotateKey } from '../../lambdas/keys/rotation.ts';
import { profile } from '../../profiles/default.ts';
import { profile as nams } from '../../profiles/nams.ts';
import { DEPLOYMENT, SCOPES } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { FOREVER, NOW, storeTenant } from '../support/tenants.ts';

const FROM = { requestId: 'r' };
const grace = (graceSeconds: number) => ({ graceSeconds, keepPrevious: false });

const store = memoryStores();
let tenant: Awaited<ReturnType<typeof storeTenant>>;
beforeAll(async () => {
  tenant = await storeTenant(store);
});

const at = (now = NOW): KeyContext => ({
  profile,
  deployment: DEPLOYMENT,
  keys: store.keys,
  clock: () => now,
});
const blocksOf = (...texts: string[]) => texts.map(parseBlock).filter((block) => block !== undefined);
const exceeds = expect.objectContaining({ code: 'exceeds_own_rights' });
const conflict = expect.objectContaining({ code: 'conflicting_state' });

function person(scopes: Caller['scopes'] = SCOPES): Caller {
  const { userId, tenantId } = tenant.account.user;
  return {
    kind: 'user',
    tenantId,
    userId,
    sessionId: 's',
    role: 'admin',
    workspaceId: tenant.workspaceId,
    environment: 'live',
    scopes,
  };
}

function program({ id, tenantId, workspaceId, scopes, environment }: ApiKey): Caller {
  return { kind: 'key', keyId: id, tenantId, workspaceId, scopes, environment };
}
const parent = async (given: Partial<ApiKey>) =>
  program((await tenant.createKey({ scopes: ['admin'], ...given })).apiKey);
const make = (caller: Caller, request: Partial<Parameters<typeof createKey>[0]> = {}) =>
  createKey({ name: 'k', ...request }, caller, FROM, at());

describe('nobody can give a key more than they have', () => {
  test('scopes: none that the creator does not cover, by creation or by change', async () => {
    await expect(make(person(['read', 'write']), { scopes: ['read', 'delete'] })).rejects.toEqual(exceeds);
    const { apiKey } = await make(person(['read', 'write']), { scopes: ['read'] });
    await expect(
      updateKey(
        { id: apiKey.id, request: { scopes: ['admin'] }, caller: person(['read', 'write']), from: FROM },
        at(),
      ),
    ).rejects.toEqual(exceeds);
    expect((await make(person(['admin']), { scopes: ['delete'] })).apiKey.scopes).toEqual(['delete']);
  });

  test('a key of more than one’s own cannot be changed or rotated, as rotating shows its secret', async () => {
    const { apiKey } = await make(person(), { scopes: ['admin'] });
    const small = person(['read']);
    await expect(
      rotateKey({ id: apiKey.id, request: grace(0), caller: small, from: FROM }, at()),
    ).rejects.toEqual(exceeds);
    await expect(
      updateKey({ id: apiKey.id, request: { name: 'mine' }, caller: small, from: FROM }, at()),
    ).rejects.toEqual(exceeds);
  });

  test('scopes that take more than 200 bytes are refused, by creation and by change', async () => {
    const names = Array.from({ length: 4 }, (_, index) => `${index}`.padEnd(50 + Number(index === 3), 'x'));
    const inclusion = Object.fromEntries([...SCOPES, ...names].map((name) => [name, [name]]));
    const rights = { ...DEPLOYMENT.rights, inclusion };
    const context = { ...at(), deployment: { ...DEPLOYMENT, rights } };
    const caller = person(names);
    const tooLong = expect.objectContaining({
      code: 'scopes_too_long',
      status: 422,
      fields: [{ field: 'scopes', message: expect.stringContaining('at most 200 bytes') }],
    });
    await expect(createKey({ name: 'k', scopes: names }, caller, FROM, context)).rejects.toEqual(tooLong);
    const { apiKey } = await createKey({ name: 'k', scopes: names.slice(0, 3) }, caller, FROM, context);
    const change = { id: apiKey.id, request: { scopes: names }, caller, from: FROM };
    await expect(updateKey(change, context)).rejects.toEqual(tooLong);
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.scopes).toEqual(names.slice(0, 3));
  });

  test('scopes by default: never one that manages, nor one that the creator has not', async () => {
    const byDefault = async (caller: Caller, rights: Partial<typeof DEPLOYMENT.rights>) => {
      const deployment = { ...DEPLOYMENT, rights: { ...DEPLOYMENT.rights, ...rights } };
      return (await createKey({ name: 'k' }, caller, FROM, { ...at(), deployment })).apiKey.scopes;
    };
    expect(await byDefault(person(), { defaultScopes: null })).toEqual(['read', 'write', 'delete']);
    expect(await byDefault(person(['read']), {})).toEqual(['read']);
    await expect(byDefault(person(['delete']), {})).rejects.toMatchObject({ code: 'invalid_field' });
    // As if it had been stored before the scope came to manage.
    await expect(byDefault(person(), { defaultScopes: ['admin'] })).rejects.toMatchObject({
      fields: [{ field: 'scopes' }],
    });
  });

  test('environment: a test key makes no live key', async () => {
    const caller = await parent({ environment: 'test' });
    expect((await make(caller)).apiKey.environment).toBe('test');
    await expect(make(caller, { environment: 'live' })).rejects.toEqual(exceeds);
  });

  test('expiry: no key outlives the key that made it, by creation, change or rotation', async () => {
    const caller = await parent({ expiresAt: NOW + 1000, lifetimeSeconds: 1000 });
    expect((await make(caller)).apiKey.expiresAt).toBe(NOW + 1000);
    for (const until of [NOW + 1001, null]) {
      const expiry = { field: 'expires_at', at: until };
      await expect(make(caller, { expiry })).rejects.toEqual(exceeds);
      const { apiKey } = await make(caller);
      await expect(
        updateKey({ id: apiKey.id, request: { expiry }, caller: caller, from: FROM }, at()),
      ).rejects.toEqual(exceeds);
    }
    const { apiKey } = await make(person());
    expect(apiKey.expiresAt).toBe(FOREVER);
    expect(
      (await rotateKey({ id: apiKey.id, request: grace(0), caller: caller, from: FROM }, at())).apiKey
        .expiresAt,
    ).toBe(NOW + 1000);
    // And a person gives it back its own end, which TTL must not forestall.
    await rotateKey({ id: apiKey.id, request: grace(0), caller: person(), from: FROM }, at(NOW + 20));
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.expiresAt).toBe(FOREVER);
  });

  describe('expiry where every key lives for 90 days', () => {
    const NINETY_DAYS = 90 * 86_400;
    const fixed = (now: number): KeyContext => ({ ...at(now), profile: nams });
    const makeThere = async (caller: Caller, now: number, request: object = {}) =>
      (await createKey({ name: 'k', scopes: ['admin'], ...request }, caller, FROM, fixed(now))).apiKey;

    test('a key that a key makes lives its full 90 days, and so does the one that it makes', async () => {
      let maker = await makeThere(person(), NOW);
      for (const day of [89, 178, 267]) {
        const now = NOW + day * 86_400;
        const made = await makeThere(program(maker), now);
        expect(made.expiresAt).toBe(now + NINETY_DAYS);
        expect((await makeThere(program(maker), now, { scopes: ['read'] })).expiresAt).toBe(
          now + NINETY_DAYS,
        );
        const { apiKey } = await rotateKey(
          { id: made.id, request: grace(0), caller: program(maker), from: FROM },
          fixed(now + 20),
        );
        expect(apiKey.expiresAt).toBe(now + 20 + NINETY_DAYS);
        const expiry = { field: 'expires_at', at: now + 30 + NINETY_DAYS };
        const change = { id: made.id, request: { expiry }, caller: program(maker), from: FROM };
        expect((await updateKey(change, fixed(now + 30))).expiresAt).toBe(expiry.at);
        maker = made;
      }
    });

    test('its maker gains no right by it, and a key that was given less than that gives no more', async () => {
      const reader = program(await makeThere(person(), NOW, { scopes: ['read'] }));
      await expect(makeThere(reader, NOW)).rejects.toEqual(exceeds);
      const expiry = { field: 'expires_at', at: NOW + 1000 };
      const brief = program(await makeThere(person(), NOW, { expiry }));
      const made = await makeThere(brief, NOW + 10);
      expect(made.expiresAt).toBe(NOW + 1000);
      const later = { expiry: { ...expiry, at: NOW + 1001 } };
      await expect(makeThere(brief, NOW + 10, later)).rejects.toEqual(exceeds);
      // Nor does the key that it has made.
      expect((await makeThere(program(made), NOW + 20)).expiresAt).toBe(NOW + 1000);
    });

    test('a tenant whose keys live shorter by default has keys that renew each other for that time', async () => {
      const other = await storeTenant(store);
      const keyDefaults = { expiresInDays: 30, scopes: null, allowedBlocks: null };
      await store.tenants.change(other.tenantId, { keyDefaults }, { actor: 'user:u', requestId: 'r' }, NOW);
      const { tenantId, workspaceId } = other;
      const maker = program(await makeThere({ ...person(), tenantId, workspaceId }, NOW));
      const now = NOW + 29 * 86_400;
      expect((await makeThere(maker, now)).expiresAt).toBe(now + 30 * 86_400);
    });
  });

  test('addresses: a bounded key makes keys within its bounds, and its own bounds by default', async () => {
    const caller = await parent({ allowedBlocks: blocksOf('10.0.0.0/8', '2001:db8::/32') });
    expect((await make(caller)).apiKey.allowedBlocks).toEqual(blocksOf('10.0.0.0/8', '2001:db8::/32'));
    expect(
      (await make(caller, { allowedBlocks: blocksOf('10.1.0.0/16') })).apiKey.allowedBlocks,
    ).toHaveLength(1);
    for (const texts of [[], ['0.0.0.0/0'], ['10.0.0.0/7'], ['10.0.0.0/8', '11.0.0.1'], ['::/0']]) {
      await expect(make(caller, { allowedBlocks: blocksOf(...texts) })).rejects.toEqual(exceeds);
    }
  });

  test('workspace: a key neither makes, sees, changes nor lists keys of another', async () => {
    const caller = await parent({});
    await expect(make(caller, { workspaceId: 'another' })).rejects.toMatchObject({ code: 'not_found' });
    const stranger: Caller = { ...caller, workspaceId: 'another' };
    const { apiKey } = await make(person());
    await expect(findKey(apiKey.id, stranger, at())).rejects.toMatchObject({ code: 'not_found' });
    expect((await listKeys(stranger, { limit: 100, after: undefined }, at())).keys).toEqual([]);
  });
});

describe('rotation', () => {
  test('of 20 at once one answers with a key, and the others say that it was rotated', async () => {
    const { apiKey } = await make(person());
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        rotateKey({ id: apiKey.id, request: grace(60), caller: person(), from: FROM }, at()),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(conflict);
  });

  test('keeps id, rights and expiry rules; the old key ends at its grace or at its own end, whichever is sooner', async () => {
    const { apiKey } = await make(person(), { expiry: { field: 'expires_at', at: NOW + 100 } });
    const { apiKey: rotated } = await rotateKey(
      { id: apiKey.id, request: grace(3600), caller: person(), from: FROM },
      at(NOW + 50),
    );
    expect(rotated).toMatchObject({
      id: apiKey.id,
      scopes: apiKey.scopes,
      expiresAt: NOW + 150,
      previousExpiresAt: NOW + 100,
    });
  });

  test('while a grace runs, only a rotation without grace is taken, and it ends both older keys', async () => {
    const { apiKey } = await make(person());
    await rotateKey({ id: apiKey.id, request: grace(3600), caller: person(), from: FROM }, at());
    await expect(
      rotateKey({ id: apiKey.id, request: grace(3600), caller: person(), from: FROM }, at(NOW + 60)),
    ).rejects.toEqual(conflict);
    const { apiKey: again } = await rotateKey(
      { id: apiKey.id, request: grace(0), caller: person(), from: FROM },
      at(NOW + 60),
    );
    expect(again.previousExpiresAt).toBeNull();
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.previousExpiresAt).toBe(NOW + 60);
  });

  test('while a grace runs, the newest key alone can be replaced, and the one before keeps its grace', async () => {
    const { apiKey, key: first } = await make(person());
    const { key: lost } = await rotateKey(
      { id: apiKey.id, request: grace(3600), caller: person(), from: FROM },
      at(),
    );
    const keepPrevious = { graceSeconds: 0, keepPrevious: true };
    const again = await rotateKey(
      { id: apiKey.id, request: keepPrevious, caller: person(), from: FROM },
      at(NOW + 60),
    );
    expect(again.apiKey.previousExpiresAt).toBe(NOW + 3600);
    const decisions = store.decisions();
    const opens = async (key: string) =>
      (
        await decisions.useKey({
          locator: apiKey.locator,
          hash: hashKey(key),
          address: '192.0.2.1',
          now: NOW + 61,
        })
      ).passed;
    expect([await opens(first), await opens(lost), await opens(again.key)]).toEqual([true, false, true]);
    const late = rotateKey(
      { id: apiKey.id, request: keepPrevious, caller: person(), from: FROM },
      at(NOW + 4000),
    );
    await expect(late).rejects.toEqual(conflict);
  });

  test('a grace ends with the key: shortening the expiry shortens it, and a new key that ends sooner does too', async () => {
    const { apiKey, key: first } = await make(person());
    await rotateKey({ id: apiKey.id, request: grace(3600), caller: person(), from: FROM }, at());
    await updateKey(
      {
        id: apiKey.id,
        request: { expiry: { field: 'expires_at', at: NOW + 60 } },
        caller: person(),
        from: FROM,
      },
      at(NOW + 20),
    );
    const decisions = store.decisions();
    const opens = async (now: number) =>
      (await decisions.useKey({ locator: apiKey.locator, hash: hashKey(first), address: '192.0.2.1', now }))
        .passed;
    expect([await opens(NOW + 59), await opens(NOW + 61)]).toEqual([true, false]);
  });

  test('an expired key can be rotated, and cannot be given another expiry', async () => {
    const { apiKey } = await make(person(), { expiry: { field: 'expires_in_days', at: NOW + 100 } });
    const late = at(NOW + 200);
    const expiry = { field: 'expires_at', at: NOW + 1000 };
    await expect(
      updateKey({ id: apiKey.id, request: { expiry }, caller: person(), from: FROM }, late),
    ).rejects.toEqual(conflict);
    expect(
      (await rotateKey({ id: apiKey.id, request: grace(60), caller: person(), from: FROM }, late)).apiKey
        .expiresAt,
    ).toBe(NOW + 300);
  });
});

describe('changing and revoking', () => {
  test('what is asked for is so then, and a revoked key is gone for ever', async () => {
    const { apiKey } = await make(person());
    const update = (request: Parameters<typeof updateKey>[0]['request']) =>
      updateKey({ id: apiKey.id, request, caller: person(), from: FROM }, at());
    const changed = await update({ name: 'New', enabled: false, scopes: ['read'], metadata: { a: 'b' } });
    expect(changed).toMatchObject({ name: 'New', state: 'disabled', scopes: ['read'], metadata: { a: 'b' } });
    await expect(
      rotateKey({ id: apiKey.id, request: grace(0), caller: person(), from: FROM }, at()),
    ).rejects.toEqual(conflict);
    expect(await update({ enabled: true })).toMatchObject({ state: 'active', name: 'New' });
    const revoked = await revokeKey(apiKey.id, person(), FROM, at());
    expect(revoked).toMatchObject({ state: 'revoked', revokedAt: NOW });
    expect(await revokeKey(apiKey.id, person(), FROM, at(NOW + 60))).toMatchObject({ revokedAt: NOW });
    for (const late of [
      () => update({ name: 'Late' }),
      () => rotateKey({ id: apiKey.id, request: grace(0), caller: person(), from: FROM }, at()),
    ])
      await expect(late()).rejects.toMatchObject({ code: 'gone' });
  });

  test('a key that is revoked between the read and the write of a change is gone, and one that is rotated is a conflict', async () => {
    const { apiKey } = await make(person());
    const between = (meanwhile: () => Promise<unknown>): KeyContext => ({
      ...at(),
      keys: new Proxy(store.keys, {
        get: (keys, name) =>
          name !== 'change'
            ? Reflect.get(keys, name).bind(keys)
            : async (...given: Parameters<typeof keys.change>) => {
                await meanwhile();
                return keys.change(...given);
              },
      }),
    });
    const expiry = { field: 'expires_at', at: NOW + 60 };
    const rotated = between(() =>
      rotateKey({ id: apiKey.id, request: grace(3600), caller: person(), from: FROM }, at()),
    );
    await expect(
      updateKey({ id: apiKey.id, request: { expiry }, caller: person(), from: FROM }, rotated),
    ).rejects.toEqual(conflict);
    const revoked = between(() => store.keys.revoke(apiKey, { actor: 'user:u', requestId: 'r' }, NOW));
    await expect(
      updateKey({ id: apiKey.id, request: { enabled: true }, caller: person(), from: FROM }, revoked),
    ).rejects.toMatchObject({
      code: 'gone',
    });
  });

  test('a key may always revoke itself, and another only with all that it may', async () => {
    const self = await make(person(), { scopes: ['admin'] });
    const small = program({ ...self.apiKey, scopes: ['read'] });
    const { apiKey: big } = await make(person(), { scopes: ['admin'] });
    await expect(revokeKey(big.id, small, FROM, at())).rejects.toEqual(exceeds);
    expect(await revokeKey(self.apiKey.id, small, FROM, at())).toMatchObject({ state: 'revoked' });
    await expect(make(program({ ...self.apiKey, id: 'key_gone' }))).rejects.toMatchObject({
      code: 'invalid_credential',
    });
  });

  test('no key is found by an id that is none', async () => {
    for (const id of ['', 'key_none', '../..', 'x'.repeat(5000)])
      await expect(findKey(id, person(), at())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('an expiry lies ahead, and not too far', async () => {
    const { maxExpiryDays } = profile.keys;
    for (const end of [NOW, NOW - 1, NOW + maxExpiryDays * 86_400 + 1])
      await expect(make(person(), { expiry: { field: 'expires_at', at: end } })).rejects.toMatchObject({
        fields: [{ field: 'expires_at' }],
      });
    const bounded = { ...at(), profile: { ...profile, keys: { ...profile.keys, defaultExpiryDays: 90 } } };
    const create = (request: object) => createKey({ name: 'k', ...request }, person(), FROM, bounded);
    expect((await create({})).apiKey.expiresAt).toBe(NOW + 90 * 86_400);
    await expect(create({ expiry: { field: 'expires_at', at: null } })).rejects.toMatchObject({
      fields: [{ field: 'expires_at' }],
    });
  });

  test('a revocation of many ends when its time is up, and says so', async () => {
    const { apiKey } = await make(person());
    const mine = { createdBy: apiKey.createdBy };
    const origin = { actor: 'user:u', requestId: 'r' };
    const revoke = (hasTimeLeft: () => boolean) =>
      revokeKeys(
        { tenantId: tenant.tenantId, selection: mine, origin: origin, hasTimeLeft: hasTimeLeft },
        at(),
      );
    expect(await revoke(() => false)).toEqual({ revoked: 0, complete: false });
    expect((await revoke(() => true)).complete).toBe(true);
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.state).toBe('revoked');
  });
});
