import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Facts } from '../../lambdas/access/facts.ts';
import { DynamoKeyRecords } from '../../lambdas/access/key-records-store.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { keyRecordKey, sessionKey } from '../../lambdas/kernel/item-keys.ts';
import { type Item, N, S } from '../../lambdas/kernel/items.ts';
import type { RecordClient, UpdateItemInput } from '../../lambdas/kernel/record-client.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { WINDOW_SECONDS, windowOf } from '../../lambdas/plans/allowance.ts';
import {
  ADDRESS,
  CLIENTS,
  FOREVER,
  NOW,
  ORIGIN,
  startStore,
  storeTenant,
  successor,
  type TestStore,
} from '../support/table.ts';
import { AUTHENTICATION } from '../support/tenants.ts';
import { decisionStoreContract } from './decision-store-contract.ts';

let store: TestStore;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
beforeAll(async () => {
  store = await startStore();
  tenant = await storeTenant(store);
});
afterAll(() => store.stop());

decisionStoreContract(() => store);

const WINDOW = windowOf(NOW);
const OTHER_HASH = hashKey('another key');
const ELSEWHERE = '198.51.100.9';
const blocks = (text: string) => [parseBlock(text)].filter((block) => block !== undefined);

/** A client that counts its writes. */
function counted(client: RecordClient): { client: RecordClient; writes: () => number } {
  let writes = 0;
  return {
    client: {
      updateItem: (input) => {
        writes += 1;
        return client.updateItem(input);
      },
      batchGetItem: (input) => client.batchGetItem(input),
    },
    writes: () => writes,
  };
}

const countsOf = (item: Item | undefined) =>
  Object.keys(item ?? {})
    .filter((name) => /^c\d+$/.test(name))
    .sort();

describe.each(CLIENTS)('using a key by %s', (_name, clientOf) => {
  const decisions = (client: RecordClient = clientOf(store)) =>
    new DynamoKeyRecords(client, store.table.name, new Facts(client, store.table.name));

  test('authenticates, counts and notes the use in one write, and gives the record', async () => {
    const { apiKey, hash } = await tenant.createKey({ scopes: ['read'], environment: 'test' });
    const use = await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(use).toMatchObject({ passed: true, window: WINDOW, count: 1 });
    expect(use.record).toEqual({
      state: 'active',
      slots: [{ hash: Buffer.from(hash), expiresAt: FOREVER }],
      caller: {
        keyId: apiKey.id,
        tenantId: tenant.tenantId,
        workspaceId: tenant.workspaceId,
        environment: 'test',
        scopes: ['read'],
      },
      allowedBlocks: [],
    });
    expect(
      (await decisions().useKey({ locator: apiKey.locator, hash, address: '2001:db8::1', now: NOW + 5 }))
        .count,
    ).toBe(2);
    const found = await store.keys.find(tenant.tenantId, apiKey.id);
    expect(found).toMatchObject({ requests: 2, lastUse: { at: NOW + 5, address: '2001:db8::1' } });
  });

  test('an unknown locator is no record, and none comes to be', async () => {
    const use = await decisions().useKey({
      locator: 'unknownLoc01',
      hash: OTHER_HASH,
      address: ADDRESS,
      now: NOW,
    });
    expect(use).toMatchObject({ passed: false, record: undefined });
    expect(await store.item(keyRecordKey('unknownLoc01'))).toBeUndefined();
  });

  test('a wrong secret does not pass, and is not counted', async () => {
    const { apiKey } = await tenant.createKey();
    expect(
      (await decisions().useKey({ locator: apiKey.locator, hash: OTHER_HASH, address: ADDRESS, now: NOW }))
        .passed,
    ).toBe(false);
    expect(await store.item(keyRecordKey(apiKey.locator))).toMatchObject({ n: N(0), win: N(0) });
  });

  test('a revoked key and a disabled key do not pass, and their record says which', async () => {
    const revoked = await tenant.createKey();
    await store.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    const disabled = await tenant.createKey();
    await store.keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    for (const [{ apiKey, hash }, state] of [
      [revoked, 'revoked'],
      [disabled, 'disabled'],
    ] as const) {
      const use = await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
      expect(use).toMatchObject({ passed: false, record: { state } });
      expect((await store.item(keyRecordKey(apiKey.locator)))?.n).toEqual(N(0));
    }
    await store.keys.change(disabled.apiKey, { state: 'active' }, ORIGIN, NOW);
    expect(
      (
        await decisions().useKey({
          locator: disabled.apiKey.locator,
          hash: disabled.hash,
          address: ADDRESS,
          now: NOW,
        })
      ).passed,
    ).toBe(true);
  });

  test('a key passes until its last second and not at its end', async () => {
    const { apiKey, hash } = await tenant.createKey({ lifetimeSeconds: 100, expiresAt: NOW + 100 });
    expect(
      (await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW + 99 })).passed,
    ).toBe(true);
    const late = await decisions().useKey({
      locator: apiKey.locator,
      hash,
      address: ADDRESS,
      now: NOW + 100,
    });
    expect(late).toMatchObject({ passed: false, record: { slots: [{ expiresAt: NOW + 100 }] } });
  });

  test('in the grace of a rotation both keys pass and count together; after it the new one alone', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const next = hashKey(successor(apiKey));
    const rotation = { replaces: hash, hash: next, expiresAt: FOREVER, previousExpiresAt: NOW + 30 };
    expect(await store.keys.rotate(apiKey, rotation, ORIGIN, NOW)).toBe(true);
    const use = (which: Uint8Array, at: number) =>
      decisions().useKey({ locator: apiKey.locator, hash: which, address: ADDRESS, now: at });
    expect(await use(hash, NOW + 1)).toMatchObject({ passed: true, count: 1 });
    expect(await use(next, NOW + 2)).toMatchObject({ passed: true, count: 2 });
    expect((await use(hash, NOW + 30)).passed).toBe(false);
    expect((await use(next, NOW + 30)).passed).toBe(true);
    expect((await use(OTHER_HASH, NOW + 1)).passed).toBe(false);
  });

  test('a key that is used from elsewhere is neither counted nor noted, however often, and its owner has it all', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    const store1 = decisions();
    await store1.useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    const thefts = Array.from({ length: 300 }, () =>
      store1.useKey({ locator: apiKey.locator, hash, address: ELSEWHERE, now: NOW }),
    );
    for (const use of await Promise.all(thefts)) {
      expect(use).toMatchObject({ passed: false, count: 1, record: { state: 'active' } });
    }
    expect(await store1.useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW })).toMatchObject({
      passed: true,
      count: 2,
    });
    const found = await store.keys.find(tenant.tenantId, apiKey.id);
    expect(found).toMatchObject({ requests: 2, lastUse: { at: NOW, address: ADDRESS } });
  });

  test('an allow-list costs one more write at an instance that has not met it, and none after', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    const { client, writes } = counted(clientOf(store));
    const one = decisions(client);
    await one.useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(writes()).toBe(2);
    await one.useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(writes()).toBe(3);
    await one.useKey({ locator: apiKey.locator, hash, address: ELSEWHERE, now: NOW });
    // The refusal is counted by a write of its own, and expected from then on.
    expect(writes()).toBe(5);
    await one.useKey({ locator: apiKey.locator, hash: OTHER_HASH, address: ADDRESS, now: NOW });
    expect(writes()).toBe(6);
    const open = await tenant.createKey();
    await one.useKey({ locator: open.apiKey.locator, hash: open.hash, address: ELSEWHERE, now: NOW });
    expect(writes()).toBe(7);
    // One that was taken off leaves nothing behind: the write for whom the remembered list keeps out assumes none.
    await store.keys.change(apiKey, { allowedBlocks: [] }, ORIGIN, NOW);
    await one.useKey({ locator: apiKey.locator, hash, address: ELSEWHERE, now: NOW });
    expect(writes()).toBe(9);
    await one.useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(writes()).toBe(11);
    // Records of before have an empty one instead, which costs what a list does.
    await store.table.update(keyRecordKey(apiKey.locator), {
      UpdateExpression: 'SET ips = :none',
      ExpressionAttributeValues: { ':none': S('') },
    });
    await one.useKey({ locator: apiKey.locator, hash, address: ELSEWHERE, now: NOW });
    expect(writes()).toBe(13);
    await one.useKey({ locator: apiKey.locator, hash, address: ELSEWHERE, now: NOW });
    expect(writes()).toBe(14);
  });

  test('what is counted for a key wherever its user is passes every list, and nothing that is not in force', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    const count = (which: Uint8Array) => decisions().useKeyAnywhere(apiKey.locator, which, ELSEWHERE, NOW);
    expect(await count(hash)).toMatchObject({ passed: true, count: 1 });
    expect((await count(OTHER_HASH)).passed).toBe(false);
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    expect((await count(hash)).passed).toBe(false);
  });

  test('a list that changes holds at once, also where an instance remembers the one before', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    const one = decisions();
    const passes = async (address: string) =>
      (await one.useKey({ locator: apiKey.locator, hash, address, now: NOW })).passed;
    expect([await passes(ADDRESS), await passes(ELSEWHERE)]).toEqual([true, false]);
    await store.keys.change(apiKey, { allowedBlocks: blocks('198.51.100.9') }, ORIGIN, NOW);
    expect([await passes(ADDRESS), await passes(ELSEWHERE)]).toEqual([false, true]);
    await store.keys.change(apiKey, { allowedBlocks: [] }, ORIGIN, NOW);
    expect([await passes(ADDRESS), await passes(ELSEWHERE)]).toEqual([true, true]);
    await store.keys.change(apiKey, { allowedBlocks: blocks('192.0.2.0/24') }, ORIGIN, NOW);
    expect([await passes(ADDRESS), await passes(ELSEWHERE)]).toEqual([true, false]);
  });

  test('a list whose bytes were lost lets nobody in', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    await store.table.update(keyRecordKey(apiKey.locator), {
      UpdateExpression: 'SET ips = :lost',
      ExpressionAttributeValues: { ':lost': { B: '' } },
    });
    const one = decisions();
    for (const address of [ADDRESS, ELSEWHERE, ADDRESS])
      expect((await one.useKey({ locator: apiKey.locator, hash, address, now: NOW })).passed).toBe(false);
  });

  test('with a list and a clock that is behind, a call counts in the window that the record has reached', async () => {
    const { apiKey, hash } = await tenant.createKey({ allowedBlocks: blocks('192.0.2.0/24') });
    const ahead = NOW + WINDOW_SECONDS;
    await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: ahead });
    const behind = await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(behind).toMatchObject({ passed: true, window: windowOf(ahead), count: 2 });
    const elsewhere = await decisions().useKey({
      locator: apiKey.locator,
      hash,
      address: ELSEWHERE,
      now: NOW,
    });
    expect(elsewhere).toMatchObject({ passed: false, window: windowOf(ahead), count: 2 });
  });

  test('a clock that is behind counts in the window that the record has reached', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const ahead = NOW + WINDOW_SECONDS;
    await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: ahead });
    const behind = await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW });
    expect(behind).toMatchObject({ passed: true, window: windowOf(ahead), count: 2 });
    expect(countsOf(await store.item(keyRecordKey(apiKey.locator)))).toEqual([`c${windowOf(ahead)}`]);
  });

  test('a clock that is behind still refuses a wrong secret and a revoked key', async () => {
    const { apiKey, hash } = await tenant.createKey();
    await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW + WINDOW_SECONDS });
    expect(
      (await decisions().useKey({ locator: apiKey.locator, hash: OTHER_HASH, address: ADDRESS, now: NOW }))
        .passed,
    ).toBe(false);
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    expect(
      (await decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW })).passed,
    ).toBe(false);
    expect((await store.item(keyRecordKey(apiKey.locator)))?.n).toEqual(N(1));
  });

  test('of 300 parallel calls, each is counted once and exactly 100 are within a limit of 100', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const calls = Array.from({ length: 300 }, () =>
      decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: NOW }),
    );
    const counts = (await Promise.all(calls)).map(({ count }) => count).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect(counts.filter((count) => count <= 100)).toHaveLength(100);
  });

  test('across the edge of a window, with clocks that differ by seconds, each window lets its limit through and no more', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const edge = (WINDOW + 1) * WINDOW_SECONDS;
    const uses = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        decisions().useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: edge - 3 + (index % 7) }),
      ),
    );
    const byWindow = Map.groupBy(uses, ({ window }) => window);
    expect(uses.every(({ passed }) => passed)).toBe(true);
    for (const [window, inWindow] of byWindow) {
      expect([WINDOW, WINDOW + 1]).toContain(window);
      // No count twice, none left out: so min(100, n) of them are within 100.
      const counts = inWindow.map(({ count }) => count).sort((a, b) => a - b);
      expect(counts).toEqual(counts.map((_, index) => index + 1));
    }
    expect((await store.item(keyRecordKey(apiKey.locator)))?.n).toEqual(N(300));
  });

  test('the count of the window before goes with the first call of the next', async () => {
    const { apiKey, hash } = await tenant.createKey();
    for (let minute = 0; minute < 5; minute += 1) {
      await decisions().useKey({
        locator: apiKey.locator,
        hash,
        address: ADDRESS,
        now: NOW + minute * WINDOW_SECONDS,
      });
    }
    expect(countsOf(await store.item(keyRecordKey(apiKey.locator)))).toEqual([`c${WINDOW + 4}`]);
  });

  test('counts of windows that nobody called after are swept when eight have gathered', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const gathered: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      await decisions().useKey({
        locator: apiKey.locator,
        hash,
        address: ADDRESS,
        now: NOW + call * 2 * WINDOW_SECONDS,
      });
      gathered.push(countsOf(await store.item(keyRecordKey(apiKey.locator))).length);
    }
    expect(gathered.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2]);
    expect(Math.max(...gathered)).toBe(7);
    expect((await store.item(keyRecordKey(apiKey.locator)))?.n).toEqual(N(20));
  });

  test('a record that TTL deletes between the count and the sweep does not come back', async () => {
    const { apiKey, hash } = await tenant.createKey();
    for (let call = 0; call < 7; call += 1) {
      await decisions().useKey({
        locator: apiKey.locator,
        hash,
        address: ADDRESS,
        now: NOW + call * 2 * WINDOW_SECONDS,
      });
    }
    const client = clientOf(store);
    let calls = 0;
    const deleting: RecordClient = {
      batchGetItem: (input) => client.batchGetItem(input),
      async updateItem(input: UpdateItemInput) {
        if ((calls += 1) === 2) await store.table.delete(keyRecordKey(apiKey.locator));
        return client.updateItem(input);
      },
    };
    const use = await decisions(deleting).useKey({
      locator: apiKey.locator,
      hash,
      address: ADDRESS,
      now: NOW + 16 * WINDOW_SECONDS,
    });
    expect(calls).toBe(2);
    expect(use).toMatchObject({ passed: true, count: 1 });
    expect(await store.item(keyRecordKey(apiKey.locator))).toBeUndefined();
  });

  test('a sweep that fails does not fail the decision', async () => {
    const { apiKey, hash } = await tenant.createKey();
    const client = clientOf(store);
    const failing: RecordClient = {
      batchGetItem: (input) => client.batchGetItem(input),
      updateItem: (input) =>
        input.UpdateExpression?.startsWith('REMOVE')
          ? Promise.reject(new Error('down'))
          : client.updateItem(input),
    };
    for (let call = 0; call < 10; call += 1) {
      const at = NOW + call * 2 * WINDOW_SECONDS;
      expect(
        (await decisions(failing).useKey({ locator: apiKey.locator, hash, address: ADDRESS, now: at }))
          .passed,
      ).toBe(true);
    }
  });

  test('a key that was revoked while it is called is refused from the moment the revocation has answered', async () => {
    const { apiKey, hash } = await tenant.createKey();
    let stopAfter = Infinity;
    let passes = 0;
    const callers = Array.from({ length: 8 }, async () => {
      const calls: { startedAt: number; passed: boolean }[] = [];
      // Each caller goes on until it has begun a call after the revocation has answered.
      while ((calls.at(-1)?.startedAt ?? 0) <= stopAfter) {
        const startedAt = performance.now();
        const { passed } = await decisions().useKey({
          locator: apiKey.locator,
          hash,
          address: ADDRESS,
          now: NOW,
        });
        calls.push({ startedAt, passed });
        if (passed) passes += 1;
      }
      return calls;
    });
    while (passes < 8) await new Promise((resolve) => setTimeout(resolve, 5));
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    stopAfter = performance.now();
    const calls = (await Promise.all(callers)).flat();
    expect(calls.some(({ passed }) => passed)).toBe(true);
    const after = calls.filter(({ startedAt }) => startedAt > stopAfter);
    expect(after.length).toBeGreaterThanOrEqual(callers.length);
    expect(after.filter(({ passed }) => passed)).toEqual([]);
  });

  test('a session is used as a key is: counted, refused when it has ended or expired', async () => {
    const sessionId = crypto.randomUUID();
    const { user } = tenant.account;
    const session = {
      sessionId,
      user,
      authentication: AUTHENTICATION,
      workspaceId: tenant.workspaceId,
      createdAt: NOW,
      expiresAt: NOW + 3600,
      endsAt: NOW + 3600,
      origin: { actor: 'user:u', requestId: 'r' },
    };
    await store.sessions.create(session);
    const use = await decisions().useSession(sessionId, ADDRESS, NOW);
    expect(use).toMatchObject({ passed: true, count: 1, record: { state: 'active', expiresAt: NOW + 3600 } });
    expect(use.record?.caller).toEqual({
      sessionId,
      tenantId: user.tenantId,
      userId: user.userId,
      workspaceId: tenant.workspaceId,
      role: 'admin',
    });
    expect((await decisions().useSession(sessionId, ADDRESS, NOW + 3600)).passed).toBe(false);
    await store.sessions.end({ sessionId, userId: user.userId }, { actor: 'user:u', requestId: 'r' });
    const ended = await decisions().useSession(sessionId, ADDRESS, NOW);
    expect(ended).toMatchObject({ passed: false, record: { state: 'ended' } });
    const unknown = await decisions().useSession(crypto.randomUUID(), ADDRESS, NOW);
    expect(unknown).toMatchObject({ passed: false, record: undefined });
  });

  test('a key’s record is no session, and a session’s no key', async () => {
    const { apiKey } = await tenant.createKey();
    expect((await decisions().useSession(apiKey.locator, ADDRESS, NOW)).record).toBeUndefined();
    expect(await store.item(sessionKey(apiKey.locator))).toBeUndefined();
  });

  test('a store that cannot answer is an error, and never an answer', async () => {
    const nowhere = new DynamoKeyRecords(
      clientOf(store),
      'no-such-table',
      new Facts(clientOf(store), 'no-such-table'),
    );
    await expect(
      nowhere.useKey({ locator: '0123456789ab', hash: OTHER_HASH, address: ADDRESS, now: NOW }),
    ).rejects.toThrow();
    await expect(nowhere.tenant(tenant.tenantId)).rejects.toThrow();
  });

  test('a record that we did not write is an error, and never believed', async () => {
    const hash = Buffer.from('x', 'base64');
    await store.put({
      ...keyRecordKey('foreign00002'),
      st: S('open'),
      ha: S(hash.toString('base64')),
      xa: N(FOREVER),
      win: N(0),
    });
    await expect(
      decisions().useKey({ locator: 'foreign00002', hash, address: ADDRESS, now: NOW }),
    ).rejects.toThrow('unknown value');
  });
});
