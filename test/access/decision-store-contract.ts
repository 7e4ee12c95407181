import { describe, expect, test } from 'vitest';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { hashKey, keyMark } from '../../lambdas/keys/key-format.ts';
import { WINDOW_SECONDS, windowOf } from '../../lambdas/plans/allowance.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import {
  ADDRESS,
  AUTHENTICATION,
  FOREVER,
  NOW,
  ORIGIN,
  type Stores,
  storeTenant,
  successor,
} from '../support/tenants.ts';

const WINDOW = windowOf(NOW);
const OTHER_HASH = hashKey('another key');
const ELSEWHERE = '198.51.100.9';
const blocks = (text: string) => [parseBlock(text)].filter((block) => block !== undefined);

/** What every `DecisionStore` does, together with the stores that make keys, sessions and tenants. */
export function decisionStoreContract(stores: () => Stores): void {
  const decisions = () => stores().decisions();

  describe('the one write, of a key', () => {
    test('authenticates, counts and notes the use, and gives the record', async () => {
      const tenant = await storeTenant(stores());
      const { apiKey, hash } = await tenant.createKey({ scopes: ['read'], environment: 'test' });
      const use = await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
      expect(use).toMatchObject({
        passed: true,
        window: WINDOW,
        count: 1,
        record: {
          state: 'active',
          slots: [{ expiresAt: FOREVER }],
          caller: {
            keyId: apiKey.id,
            tenantId: tenant.tenantId,
            workspaceId: tenant.workspaceId,
            environment: 'test',
            scopes: ['read'],
          },
          allowedBlocks: [],
        },
      });
      expect(
        (await decisions().useKey({ locator: apiKey.locator, hash, address: '2001:db8::1', now: NOW + 5 }))
          .count,
      ).toBe(2);
      expect(await stores().keys.find(tenant.tenantId, apiKey.id)).toMatchObject({
        requests: 2,
        lastUse: { at: NOW + 5, address: '2001:db8::1' },
      });
    });

    test('an unknown locator is no record, a wrong secret does not pass, and neither is counted', async () => {
      const { apiKey } = await (await storeTenant(stores())).createKey();
      const unknown = await decisions().useKey({
        locator: 'unknownLoc01',
        hash: OTHER_HASH,
        address: ADDRESS,
        now: NOW,
      });
      expect(unknown).toEqual({ passed: false, record: undefined, window: WINDOW, count: 0 });
      const wrong = await decisions().useKey({
        locator: apiKey.locator,
        hash: OTHER_HASH,
        address: ADDRESS,
        now: NOW,
      });
      expect(wrong).toMatchObject({ passed: false, count: 0, record: { state: 'active' } });
      expect((await stores().keys.find(apiKey.tenantId, apiKey.id))?.requests).toBe(0);
    });

    test('a revoked and a disabled key do not pass, and their record says which', async () => {
      const tenant = await storeTenant(stores());
      const [revoked, disabled] = [await tenant.createKey(), await tenant.createKey()];
      await stores().keys.revoke(revoked.apiKey, ORIGIN, NOW);
      await stores().keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
      const use = ({ apiKey, hash }: typeof revoked) =>
        decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
      expect(await use(revoked)).toMatchObject({ passed: false, record: { state: 'revoked' } });
      expect(await use(disabled)).toMatchObject({ passed: false, record: { state: 'disabled' } });
      await stores().keys.change(disabled.apiKey, { state: 'active' }, ORIGIN, NOW);
      expect(await use(disabled)).toMatchObject({ passed: true, count: 1 });
    });

    test('by the mark of a key alike: as long as that key does, and whatever the instance has met before', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey();
      const [one, other] = [decisions(), decisions()];
      const next = hashKey(successor(apiKey));
      const use = (by: typeof one, of: Uint8Array, at: number) =>
        by.useKeyMark({ locator: apiKey.locator, mark: keyMark(of), address: ADDRESS, now: at });
      expect(await use(one, hash, NOW)).toMatchObject({ passed: true, count: 1 });
      expect(await use(one, hash, NOW)).toMatchObject({ passed: true, count: 2 });
      expect((await use(one, OTHER_HASH, NOW)).passed).toBe(false);
      // The hash itself is no mark.
      expect(
        (await one.useKeyMark({ locator: apiKey.locator, mark: hash, address: ADDRESS, now: NOW })).passed,
      ).toBe(false);
      const rotation = { replaces: hash, hash: next, expiresAt: FOREVER, previousExpiresAt: NOW + 5 };
      await stores().keys.rotate(apiKey, rotation, ORIGIN, NOW);
      for (const by of [one, other]) {
        expect((await use(by, hash, NOW + 4)).passed).toBe(true);
        expect((await use(by, next, NOW + 4)).passed).toBe(true);
        expect((await use(by, hash, NOW + 5)).passed).toBe(false);
        expect((await use(by, next, NOW + 5)).passed).toBe(true);
      }
    });

    test('in the grace of a rotation both keys pass and count together; after it the new one alone', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey({
        lifetimeSeconds: 100,
        expiresAt: NOW + 100,
      });
      const next = hashKey(successor(apiKey));
      const rotation = { replaces: hash, hash: next, expiresAt: NOW + 100, previousExpiresAt: NOW + 30 };
      expect(await stores().keys.rotate(apiKey, rotation, ORIGIN, NOW)).toBe(true);
      const use = (which: Uint8Array, at: number) =>
        decisions().useKey({ locator: apiKey.locator, hash: which, address: ADDRESS, now: at });
      expect(await use(hash, NOW + 1)).toMatchObject({ passed: true, count: 1 });
      expect(await use(next, NOW + 2)).toMatchObject({ passed: true, count: 2 });
      expect((await use(hash, NOW + 30)).passed).toBe(false);
      expect((await use(next, NOW + 99)).passed).toBe(true);
      expect((await use(next, NOW + 100)).passed).toBe(false);
    });

    test('a key that is used from elsewhere is neither counted nor noted; a list that changes holds at once', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey({
        allowedBlocks: blocks('192.0.2.0/24'),
      });
      const one = decisions();
      const use = (address: string) => one.useKey({ locator: apiKey.locator, hash, address, now: NOW });
      expect(await use(ADDRESS)).toMatchObject({ passed: true, count: 1 });
      for (const theft of await Promise.all(Array.from({ length: 20 }, () => use(ELSEWHERE))))
        expect(theft).toMatchObject({ passed: false, count: 1, record: { state: 'active' } });
      expect(await use(ADDRESS)).toMatchObject({ passed: true, count: 2 });
      await stores().keys.change(apiKey, { allowedBlocks: blocks(ELSEWHERE) }, ORIGIN, NOW);
      expect([(await use(ADDRESS)).passed, (await use(ELSEWHERE)).passed]).toEqual([false, true]);
      await stores().keys.change(apiKey, { allowedBlocks: [] }, ORIGIN, NOW);
      expect([(await use(ADDRESS)).passed, (await use(ELSEWHERE)).passed]).toEqual([true, true]);
    });

    test('a clock that is behind counts in the window that the record has reached', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey();
      const ahead = NOW + WINDOW_SECONDS;
      const use = (which: Uint8Array, now: number) =>
        decisions().useKey({ locator: apiKey.locator, hash: which, address: ADDRESS, now });
      await use(hash, ahead);
      expect(await use(hash, NOW)).toMatchObject({ passed: true, window: windowOf(ahead), count: 2 });
      expect(await use(OTHER_HASH, NOW)).toMatchObject({ passed: false, window: windowOf(ahead), count: 2 });
    });

    test('it can be looked at without a use, and counted wherever its user is, if it is in force', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey({
        allowedBlocks: blocks('192.0.2.0/24'),
      });
      const { locator } = apiKey;
      const count = (which: Uint8Array) => decisions().useKeyAnywhere(locator, which, ELSEWHERE, NOW);
      expect(await decisions().peekKey('unknownLoc01', NOW)).toMatchObject({ record: undefined, count: 0 });
      expect(await decisions().peekKey(locator, NOW)).toMatchObject({ window: WINDOW, count: 0 });
      expect(await count(hash)).toMatchObject({ passed: true, count: 1 });
      expect((await count(OTHER_HASH)).passed).toBe(false);
      const seen = await decisions().peekKey(locator, NOW);
      expect(seen).toMatchObject({ count: 1, record: { caller: { keyId: apiKey.id } } });
      await stores().keys.revoke(apiKey, ORIGIN, NOW);
      expect((await count(hash)).passed).toBe(false);
    });

    test('of 100 parallel calls across the edge of a window each is counted once, in its window', async () => {
      const { apiKey, hash } = await (await storeTenant(stores())).createKey();
      const edge = (WINDOW + 1) * WINDOW_SECONDS;
      const uses = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          decisions().useKey({
            locator: apiKey.locator,
            hash,
            address: ADDRESS,
            now: edge - 3 + (index % 7),
          }),
        ),
      );
      expect(uses.every(({ passed }) => passed)).toBe(true);
      for (const [window, inWindow] of Map.groupBy(uses, (use) => use.window)) {
        expect([WINDOW, WINDOW + 1]).toContain(window);
        const counts = inWindow.map(({ count }) => count).sort((a, b) => a - b);
        expect(counts).toEqual(counts.map((_, index) => index + 1));
      }
      expect((await stores().keys.find(apiKey.tenantId, apiKey.id))?.requests).toBe(100);
    });
  });

  describe('the one write, of a session', () => {
    test('counts each use, also at once, and none of a session that is over or was never opened', async () => {
      const { account, workspaceId } = await storeTenant(stores());
      const lifetime = { idleSeconds: 60, absoluteSeconds: 60 };
      const { sessions } = stores();
      const session = await openSession(
        { user: account.user, authentication: AUTHENTICATION, workspaceId, lifetime, from: ORIGIN },
        sessions,
        NOW,
      );
      const use = (now = NOW) => decisions().useSession(session.sessionId, ADDRESS, now);
      const uses = await Promise.all(Array.from({ length: 20 }, () => use()));
      expect(uses.map(({ count }) => count).sort((a, b) => a - b)).toEqual(uses.map((_, index) => index + 1));
      expect(await use(NOW + 60)).toMatchObject({ passed: false, record: { state: 'active' } });
      await sessions.end(session, ORIGIN);
      expect(await use()).toMatchObject({ passed: false, count: 20, record: { state: 'ended' } });
      const unknown = await decisions().useSession(crypto.randomUUID(), ADDRESS, NOW);
      expect(unknown).toMatchObject({ passed: false, record: undefined });
    });
  });

  describe('facts', () => {
    test('of a tenant are its state, tier, hold and workspaces, and those that close', async () => {
      const { tenantId, workspaceId } = await storeTenant(stores(), { tier: 'pro', heldUntil: NOW + 60 });
      const facts = () => decisions().tenant(tenantId, NOW);
      const first = {
        state: 'active',
        tier: 'pro',
        heldUntil: NOW + 60,
        suspendedWorkspaces: new Set(),
        workspaces: new Set([workspaceId]),
      };
      expect(await facts()).toEqual(first);
      await stores().tenants.change(tenantId, { state: 'suspended' }, ORIGIN, NOW);
      const workspace = await stores().workspaces.find(tenantId, workspaceId);
      if (workspace !== undefined) await stores().workspaces.close(workspace, ORIGIN, NOW);
      expect(await facts()).toEqual({
        ...first,
        state: 'suspended',
        suspendedWorkspaces: new Set([workspaceId]),
      });
      expect(await decisions().tenant('nobody', NOW)).toBeUndefined();
    });

    test('of the deployment are the newest keys that were published', async () => {
      const keyOf = (kid: string) => ({ kid, use: 'token', algorithm: 'HS256' }) as const;
      expect(await decisions().control(NOW)).toEqual({ version: 0, keys: [], revokedKids: new Set() });
      await stores().publish(2, [keyOf('two')]);
      await stores().publish(1, [keyOf('one')]);
      expect(await decisions().control(NOW)).toMatchObject({ version: 2, keys: [keyOf('two')] });
      await stores().publish(3, [keyOf('three')]);
      expect(await decisions().control(NOW)).toMatchObject({ version: 3, keys: [keyOf('three')] });
    });
  });
}
