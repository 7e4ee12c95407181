import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tenantKey, usageKeyRowKey } from '../../lambdas/kernel/item-keys.ts';
import type { ControlPlane } from '../../lambdas/plans/control-plane-client.ts';
import { type ReconcilerStack, SETTINGS, startReconciler } from './setup.ts';

/** What the reconciler brings about, whatever happens to it, beside it and to what it made. */

let it_: ReconcilerStack;

/** Keys that the stack has before any tenant has one. */
let shared: number;
beforeAll(async () => {
  it_ = await startReconciler();
  shared = (await it_.keys()).length;
});
afterAll(() => it_.stop());

const free = () => it_.plans.own.free ?? '';
const pro = () => it_.plans.own.pro ?? '';
const keysOf = async (tenantId: string) =>
  (await it_.keys())
    .map(({ name = '' }) => name)
    .filter((name) => name.includes(tenantId.replaceAll('-', '')));

/** A tenant that has its own key. */
async function settled(tier = 'free'): Promise<{ tenantId: string; key: string }> {
  const tenantId = await it_.tenant(tier);
  await it_.run();
  it_.pass(SETTINGS.warmSeconds);
  await it_.run();
  return { tenantId, key: (await it_.usageKey(tenantId)) ?? '' };
}

describe('a tenant', () => {
  test('is pointed at a key of its own, in the plan of its tier, once that has warmed', async () => {
    const tenantId = await it_.tenant();
    expect(await it_.run()).toMatchObject({ outcome: 'done', made: 1, repaired: 0, faults: [] });
    const [key = ''] = await keysOf(tenantId);
    expect(key).toMatch(/^[0-9A-Za-z]{20,128}$/);
    expect(await it_.members(free())).toContain(key);
    it_.pass(SETTINGS.warmSeconds - 60);
    await it_.run();
    expect(await it_.usageKey(tenantId)).toBeUndefined();
    it_.pass(60);
    const report = await it_.run();
    expect(await it_.usageKey(tenantId)).toBe(key);
    expect(report).toMatchObject({ made: 0, total: (await it_.keys()).length });
    expect(report.own).toBeGreaterThan(0);
    expect(report.waiting).toBe(0);
  });

  test('may be any number at once; oldest first', async () => {
    const tenants: string[] = [];
    for (let index = 0; index < 12; index += 1) tenants.push(await it_.tenant(index % 2 ? 'pro' : 'free'));
    await it_.converge();
    for (const tenantId of tenants) {
      expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
    }
    expect(await it_.members(pro())).toHaveLength(6);
  });

  test('that is gone has no key after a while, and no row', async () => {
    const { tenantId } = await settled();
    // As the stream does, by the clock of this test.
    await it_.store.release(tenantId, it_.now());
    await it_.stack.table.delete(tenantKey(tenantId));
    await it_.run();
    expect(await keysOf(tenantId)).toHaveLength(1);
    it_.pass(SETTINGS.retireSeconds);
    expect(await it_.run()).toMatchObject({ deleted: 1 });
    await it_.run();
    expect(await keysOf(tenantId)).toEqual([]);
    expect(await it_.stack.table.get(usageKeyRowKey(tenantId))).toBeUndefined();
  });

  test('that may yet not stay is given none until it does', async () => {
    const tenantId = await it_.tenant();
    await it_.stack.table.delete(usageKeyRowKey(tenantId));
    await it_.stack.table.update(tenantKey(tenantId), {
      UpdateExpression: 'SET heldUntil = :later',
      ExpressionAttributeValues: { ':later': { N: String(it_.now() + 86_400) } },
    });
    await it_.store.register(tenantId, it_.now());
    await it_.run();
    expect(await keysOf(tenantId)).toEqual([]);
    await it_.stack.table.update(tenantKey(tenantId), { UpdateExpression: 'REMOVE heldUntil' });
    await it_.store.register(tenantId, it_.now());
    await it_.run();
    expect(await keysOf(tenantId)).toHaveLength(1);
  });
});

describe('a change of tier', () => {
  test('is on the shared key at once; the old key goes when nobody can name it any more', async () => {
    const { tenantId, key } = await settled();
    await it_.changeTier(tenantId, 'pro');
    expect(await it_.usageKey(tenantId)).toBeUndefined();
    await it_.run();
    expect(await keysOf(tenantId)).toContain(key);
    it_.pass(SETTINGS.retireSeconds + 1);
    await it_.run();
    const present = (await it_.usageKey(tenantId)) ?? '';
    expect(present).not.toBe(key);
    expect(await keysOf(tenantId)).toEqual([present]);
    expect(await it_.members(pro())).toContain(present);
  });

  test('and back never uses a key again', async () => {
    const { tenantId, key } = await settled();
    const used = new Set([key]);
    for (const tier of ['pro', 'free', 'enterprise', 'free']) {
      await it_.changeTier(tenantId, tier);
      await it_.converge();
      const present = (await it_.usageKey(tenantId)) ?? '';
      expect(used).not.toContain(present);
      used.add(present);
    }
    expect(await keysOf(tenantId)).toHaveLength(1);
  });

  test('between the making of a key and its use discards that key', async () => {
    const tenantId = await it_.tenant();
    await it_.run();
    const [first = ''] = await keysOf(tenantId);
    await it_.changeTier(tenantId, 'pro');
    await it_.converge();
    expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
    expect(await keysOf(tenantId)).not.toContain(first);
  });

  test('while a run points a tenant at its key leaves the tenant on the shared one', async () => {
    const tenantId = await it_.tenant();
    await it_.run();
    it_.pass(SETTINGS.warmSeconds);
    const { rows } = await it_.store.rows();
    const stale = rows.find((row) => row.tenantId === tenantId);
    await it_.changeTier(tenantId, 'pro');
    if (stale === undefined) throw new Error('There is no row.');
    expect(await it_.store.point(stale, 'the-old-key')).toBe(false);
    expect(await it_.usageKey(tenantId)).toBeUndefined();
  });
});

describe('what somebody else did is made good', () => {
  const CASES: [string, (key: string) => Promise<void>][] = [
    ['a key that was deleted', (key) => it_.byHand.deleteKey(key)],
    ['a key that was disabled', (key) => it_.byHand.disableKey(key)],
    ['a key that was taken out of its plan', (key) => it_.byHand.detachKey(key, free())],
  ];
  test.each(CASES)('%s: the tenant is on the shared key at once, and gets another', async (_, spoil) => {
    const { tenantId, key } = await settled();
    await spoil(key);
    expect(await it_.run()).toMatchObject({ outcome: 'done', repaired: 1 });
    expect(await it_.usageKey(tenantId)).toBeUndefined();
    await it_.converge();
    const present = (await it_.usageKey(tenantId)) ?? '';
    expect(present).not.toBe(key);
    expect(await keysOf(tenantId)).toEqual([present]);
    expect(await it_.members(free())).toContain(present);
  });

  test('a key that was deleted while it warmed', async () => {
    const tenantId = await it_.tenant();
    await it_.run();
    const [key = ''] = await keysOf(tenantId);
    await it_.byHand.deleteKey(key);
    expect(await it_.run()).toMatchObject({ repaired: 1 });
    await it_.converge();
    expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
  });

  test.each(['deleted', 'taken out of its plan'])('a shared key that was %s', async (how) => {
    const { value, planId } = it_.plans.shared[0] ?? { value: '', planId: '' };
    await (how === 'deleted' ? it_.byHand.deleteKey(value) : it_.byHand.detachKey(value, planId));
    expect(await it_.run()).toMatchObject({ outcome: 'done', repaired: 1 });
    expect(await it_.members(planId)).toEqual([value]);
    expect(await it_.run()).toMatchObject({ repaired: 0 });
  });

  test('a key of a name like ours that no tenant has is deleted, others’ keys are not', async () => {
    const foreign = 'someoneelseskey0123456789';
    const stray = `${it_.plans.prefix}${'0'.repeat(32)}7`;
    for (const name of [foreign, stray]) await it_.byHand.createKey(name);
    await it_.run();
    expect((await it_.keys()).map(({ name }) => name)).toContain(stray);
    it_.pass(SETTINGS.retireSeconds + 1);
    await it_.run();
    const names = (await it_.keys()).map(({ name }) => name);
    expect(names).toContain(foreign);
    expect(names).not.toContain(stray);
    await it_.byHand.deleteKey(foreign);
  });

  test('and no key is deleted that a tenant is pointed at, whatever the rows say', async () => {
    const { tenantId, key } = await settled();
    // As after a row was restored from somewhere else.
    await it_.stack.table.update(usageKeyRowKey(tenantId), {
      UpdateExpression: 'SET generation = :other REMOVE pointed, warmingSince',
      ExpressionAttributeValues: { ':other': { N: '7' } },
    });
    await it_.converge();
    expect(await it_.usageKey(tenantId)).toBe(key);
    expect(await keysOf(tenantId)).toContain(key);
    await it_.stack.table.delete(tenantKey(tenantId));
    await it_.store.release(tenantId, it_.now());
    await it_.converge();
  });

  test('but what one listing lacks and the next has was only late', async () => {
    const { tenantId, key } = await settled();
    let listings = 0;
    const through = (controlPlane: ControlPlane) =>
      Object.assign(Object.create(Object.getPrototypeOf(controlPlane)), {
        ...bound(controlPlane),
        keys: async () => {
          listings += 1;
          const all = await controlPlane.keys();
          return listings === 1 ? all.filter(({ name }) => name !== key) : all;
        },
      });
    expect(await it_.run({ through })).toMatchObject({ repaired: 0 });
    expect(listings).toBe(2);
    expect(await it_.usageKey(tenantId)).toBe(key);
  });
});

/** The methods of a control plane, to be replaced one by one. */
function bound(
  controlPlane: ControlPlane,
): Pick<ControlPlane, 'keys' | 'keysIn' | 'create' | 'attach' | 'delete'> {
  return {
    keys: () => controlPlane.keys(),
    keysIn: (planId) => controlPlane.keysIn(planId),
    create: (name, description) => controlPlane.create(name, description),
    attach: (planId, keyId) => controlPlane.attach(planId, keyId),
    delete: (keyId) => controlPlane.delete(keyId),
  };
}

describe('a run', () => {
  test('that is killed after any call is taken up by the next', async () => {
    const { tenantId: moved } = await settled();
    for (let fatal = 1; ; fatal += 1) {
      const tenantId = await it_.tenant();
      await it_.changeTier(moved, fatal % 2 ? 'pro' : 'free');
      it_.pass(SETTINGS.retireSeconds + 1);
      let calls = 0;
      let isKilled = false;
      const killed = new Promise<void>((resolve) => {
        const through = (controlPlane: ControlPlane) => {
          const dying = Object.entries(bound(controlPlane)).map(([name, method]) => [
            name,
            async (...given: never[]) => {
              const result = await (method as (...args: never[]) => Promise<unknown>)(...given);
              calls += 1;
              if (calls !== fatal) return result;
              isKilled = true;
              resolve();
              // It has done this, and nothing after it: nor does it give its lease back.
              return new Promise(() => undefined);
            },
          ]);
          return Object.fromEntries(dying) as unknown as ControlPlane;
        };
        void it_.run({ through }).then(() => resolve());
      });
      await killed;
      if (isKilled) expect((await it_.run()).outcome).toBe('busy');
      it_.pass(61);
      await it_.converge();
      for (const each of [tenantId, moved]) expect(await keysOf(each)).toEqual([await it_.usageKey(each)]);
      if (!isKilled) break;
    }
  });

  test('beside another does nothing', async () => {
    await it_.tenant();
    const reports = await Promise.all([it_.run(), it_.run(), it_.run()]);
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'busy', 'done']);
  });

  test('beside another that it does not see makes no second key', async () => {
    const tenants = await Promise.all([it_.tenant(), it_.tenant(), it_.tenant()]);
    // A lease of no seconds is none.
    const reports = await Promise.all([1, 2, 3].map(() => it_.run({ leaseSeconds: 0 })));
    expect(reports.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(reports.reduce((sum, { made }) => sum + made, 0)).toBe(3);
    await it_.converge({ leaseSeconds: 0 });
    for (const each of tenants) expect(await keysOf(each)).toEqual([await it_.usageKey(each)]);
  });

  test('whose time is over stops, and the next goes on', async () => {
    const tenantId = await it_.tenant();
    const over = new AbortController();
    const through = (controlPlane: ControlPlane) =>
      ({
        ...bound(controlPlane),
        create: async () => {
          over.abort();
          return controlPlane.create('x'.repeat(20), '');
        },
      }) as unknown as ControlPlane;
    expect(await it_.run({ through, deadline: over.signal })).toMatchObject({
      outcome: 'interrupted',
      faults: [],
    });
    await it_.converge();
    expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
  });

  test('never goes beyond half of what the control plane takes, so that it is not throttled', async () => {
    for (let index = 0; index < 25; index += 1) await it_.tenant();
    expect(await it_.run({ maxAttempts: 1 })).toMatchObject({ outcome: 'done', made: 25, faults: [] });
  });
});

describe('a control plane', () => {
  beforeEach(() => it_.converge());

  test.each([
    ['that throttles', 'throttled'],
    ['that is down', 'down'],
  ] as const)('%s: the run fails, what there is stays, and the next goes on', async (_, fault) => {
    const { tenantId: old, key } = await settled();
    const tenantId = await it_.tenant();
    it_.stack.local.pauseApiGateway(fault);
    const report = await it_.run({ maxAttempts: 2 });
    it_.stack.local.resumeApiGateway();
    expect(report).toMatchObject({ outcome: 'failed', made: 0, deleted: 0, repaired: 0 });
    expect(report.faults[0]).toContain('API Gateway does not answer');
    expect(await it_.usageKey(old)).toBe(key);
    await it_.converge();
    expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
  });

  test.each([
    ['that is slow', { delayMilliseconds: 150 }],
    ['that loses every third call', { resetEvery: 3 }],
  ] as const)('%s: the run takes longer, and does its work', async (_, fault) => {
    const tenantId = await it_.tenant();
    it_.stack.local.pauseApiGateway(fault);
    const report = await it_.run();
    it_.stack.local.resumeApiGateway();
    expect(report).toMatchObject({ outcome: 'done', made: 1 });
    await it_.converge();
    expect(await keysOf(tenantId)).toEqual([await it_.usageKey(tenantId)]);
  });
});

describe('near the account’s ceiling', () => {
  test('tenants wait on the shared key; those of other tiers than the first have room longer', async () => {
    const there = (await it_.keys()).length;
    const settings = { max: there + 2, maxForInitialTier: there + 1 };
    // Rows are in the order of the ids, which outside of tests begin with the time.
    const [first = '', second = ''] = [await it_.tenant(), await it_.tenant()].sort();
    expect(await it_.run({ settings })).toMatchObject({ outcome: 'done', made: 1 });
    const [paying = '', more = ''] = [await it_.tenant('pro'), await it_.tenant('pro')].sort();
    expect(await it_.run({ settings })).toMatchObject({ outcome: 'done', made: 1 });
    expect(await keysOf(first)).toHaveLength(1);
    expect(await keysOf(second)).toEqual([]);
    expect(await keysOf(paying)).toHaveLength(1);
    expect(await keysOf(more)).toEqual([]);
    expect(await it_.run({ settings })).toMatchObject({ made: 0, total: there + 2, waiting: 4 });
    // What others give back is used.
    await it_.stack.table.delete(tenantKey(paying));
    await it_.stack.local.idle();
    it_.pass(SETTINGS.retireSeconds + 1);
    await it_.run({ settings });
    expect(await keysOf(paying)).toEqual([]);
    expect(await keysOf(more)).toHaveLength(1);
    await it_.converge();
    expect(await it_.usageKey(second)).toBeDefined();
  });
});

test('the account’s own limit stops the making of keys, and nothing else', async () => {
  const full = await startReconciler({}, { apiKeyQuota: shared + 1 });
  try {
    const [first = '', second = ''] = [await full.tenant(), await full.tenant()].sort();
    const report = await full.run({ maxAttempts: 1 });
    expect(report).toMatchObject({ outcome: 'done', made: 1, faults: [] });
    full.pass(SETTINGS.warmSeconds);
    await full.run({ maxAttempts: 1 });
    expect(await full.usageKey(first)).toBeDefined();
    expect(await full.usageKey(second)).toBeUndefined();
    // A plan that is gone is a fault; its tenants are on the shared key.
    await full.byHand.deletePlan(full.plans.own.free ?? '');
    const broken = await full.run({ maxAttempts: 1 });
    expect(broken.outcome).toBe('failed');
    expect(broken.faults).toEqual([expect.stringMatching(/^The usage plan \w+ of the tier free is gone\.$/)]);
    expect(await full.usageKey(first)).toBeUndefined();
  } finally {
    await full.stop();
  }
});
