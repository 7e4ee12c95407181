import { describe, expect, test } from 'vitest';
import { MAX_USES, type RefreshStore } from '../../lambdas/sessions/refresh-tokens.ts';
import { NOW } from '../support/tenants.ts';

const GRACE = 120;

/** What every {@link RefreshStore} does. */
export function refreshStoreContract(store: () => RefreshStore): void {
  const family = { sessionId: 's', userId: 'u', tenantId: 't', endsAt: NOW + 1000 };
  const create = async () => {
    const hash = crypto.randomUUID();
    await store().create({ ...family, hash, expiresAt: NOW + 500 });
    return (useId: string, graceSeconds = GRACE, now = NOW) =>
      store().use(hash, { useId, clientId: null, graceSeconds, now });
  };

  describe('refresh tokens', () => {
    test('a token that nobody was given is unknown', async () => {
      expect(
        await store().use(crypto.randomUUID(), {
          useId: 'use',
          clientId: null,
          graceSeconds: GRACE,
          now: NOW,
        }),
      ).toEqual({ kind: 'unknown' });
    });

    test('a use gives the family, until the second in which the token expires', async () => {
      const use = await create();
      expect(await use('1')).toEqual({ kind: 'accepted', family });
      const late = await create();
      expect(await late('1', GRACE, NOW + 499)).toEqual({ kind: 'accepted', family });
      const expired = await create();
      expect(await expired('1', GRACE, NOW + 500)).toEqual({ kind: 'expired' });
    });

    test('within the grace of the first use others are accepted, and no use makes the grace longer', async () => {
      const use = await create();
      await use('1');
      expect(await use('2', GRACE, NOW + GRACE - 1)).toEqual({ kind: 'accepted', family });
      expect(await use('3', GRACE, NOW + GRACE)).toEqual({ kind: 'reused', family });
    });

    test('without a grace, of uses at once exactly one is accepted, and the others are told as reuse', async () => {
      const use = await create();
      const uses = await Promise.all(Array.from({ length: 20 }, (_, index) => use(`${index}`, 0)));
      expect(uses.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
      expect(uses.filter(({ kind }) => kind === 'reused')).toHaveLength(19);
    });

    test('without a grace, a clock that is behind still tells a second use', async () => {
      const use = await create();
      await use('1', 0);
      expect(await use('2', 0, NOW - 30)).toEqual({ kind: 'reused', family });
    });

    test('a write that is repeated after a lost answer is one use', async () => {
      const use = await create();
      expect(await use('1', 0)).toMatchObject({ kind: 'accepted' });
      expect(await use('1', 0)).toMatchObject({ kind: 'accepted' });
      expect(await use('2', 0)).toMatchObject({ kind: 'reused' });
    });

    test('a client’s token is that client’s alone: unknown to others and to a login, and not used by their trying', async () => {
      const grant = { clientId: 'https://client.example/a', scopes: ['read', 'write'], resource: '/v1/mcp' };
      const hash = crypto.randomUUID();
      await store().create({ ...family, grant, hash, expiresAt: NOW + 500 });
      const use = (useId: string, clientId: string | null) =>
        store().use(hash, { useId, clientId, graceSeconds: 0, now: NOW });
      expect(await use('1', null)).toEqual({ kind: 'unknown' });
      expect(await use('2', 'https://client.example/b')).toEqual({ kind: 'unknown' });
      expect(await store().find(hash)).toEqual({ ...family, grant });
      expect(await use('3', grant.clientId)).toEqual({ kind: 'accepted', family: { ...family, grant } });
      expect(await use('4', 'https://client.example/b')).toEqual({ kind: 'unknown' });
      expect(await use('5', grant.clientId)).toMatchObject({ kind: 'reused' });
      const ofLogin = await create();
      expect(await ofLogin('6')).toEqual({ kind: 'accepted', family });
      expect(await store().find(crypto.randomUUID())).toBeUndefined();
    });

    test('a token that is used in a loop is exhausted within its grace, and reused after it', async () => {
      const use = await create();
      for (let index = 0; index < MAX_USES; index += 1) await use(`${index}`);
      expect(await use('more')).toEqual({ kind: 'exhausted' });
      expect(await use('more', GRACE, NOW + GRACE)).toEqual({ kind: 'reused', family });
    });
  });
}
