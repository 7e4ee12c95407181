import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRecordKey, keyUsageKey, tenantUsageKey } from '../../lambdas/kernel/item-keys.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import type { Table } from '../../lambdas/kernel/table.ts';
import { countUses } from '../../lambdas/usage/count-uses.ts';
import { dayOf, type Usage } from '../../lambdas/usage/usage.ts';
import { DynamoUsageStore } from '../../lambdas/usage/usage-store.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { NOW, startStore, storeTenant, type TestStore } from '../support/table.ts';

/** Usage is exact in the end, whatever a stream does that delivers at least once. */
const DAY = 86_400;
const TODAY = dayOf(NOW);

let store: TestStore;
let usage: DynamoUsageStore;
beforeAll(async () => {
  store = await startStore();
  usage = new DynamoUsageStore(store.table, DEPLOYMENT);
});
afterAll(() => store.stop());

interface Given {
  readonly tenant: string;
  readonly key?: string;
  readonly env?: 'live' | 'test';
}

/** The record of a key's use number `n`. */
function use({ tenant, key = 'key_a', env = 'live' }: Given, n: number, at = NOW): DynamoDBRecord {
  const image = (uses: number) => ({
    ...keyRecordKey(key),
    id: S(key),
    ten: S(tenant),
    env: S(env),
    n: N(uses),
    seen: N(at),
  });
  return {
    eventName: 'MODIFY',
    eventID: `${key}-${n}`,
    dynamodb: { SequenceNumber: `${n}`, OldImage: image(n - 1), NewImage: image(n) },
  } as unknown as DynamoDBRecord;
}
const uses = (given: Given, count: number, at = NOW) =>
  Array.from({ length: count }, (_, index) => use(given, index + 1, at));
const deliver = (records: readonly DynamoDBRecord[], now = NOW) => countUses(records, usage, now);
const plain = ({ live, test }: Usage) => ({
  live: Object.fromEntries(live),
  test: Object.fromEntries(test),
});
const tenantUsage = async (tenant: string) => plain(await usage.ofTenant(tenant));
const keyUsage = async (tenant: string, key: string) => plain(await usage.ofKey(tenant, key));
const newTenant = () => crypto.randomUUID();

describe('uses', () => {
  test('of several keys are read at once, in the order that is asked for; of one that there is not, none', async () => {
    const tenant = newTenant();
    await deliver([...uses({ tenant, key: 'key_a' }, 3), ...uses({ tenant, key: 'key_b', env: 'test' }, 2)]);
    await deliver(uses({ tenant: newTenant(), key: 'key_c' }, 9));
    expect((await usage.ofKeys(tenant, ['key_b', 'key_c', 'key_a'])).map(plain)).toEqual([
      { live: {}, test: { [TODAY]: 2 } },
      { live: {}, test: {} },
      { live: { [TODAY]: 3 }, test: {} },
    ]);
  });

  test('of every kind are read by the letter and the day of their name, and nothing else is', async () => {
    const tenant = newTenant();
    const letters = 'ltospadrxm';
    const counted = Object.fromEntries(
      [...letters].map((letter, index) => [`${letter}${TODAY}`, N(index + 1)]),
    );
    const others = { n: N(90), r: N(91), ttl: N(92), z20000: N(93), l2x: N(94), L20000: N(95) };
    await store.put({ ...keyUsageKey(tenant, 'key_a'), ...others, ...counted, l20000: N(7) });
    const { live, ...rest } = await usage.ofKey(tenant, 'key_a');
    expect(live).toEqual(
      new Map([
        [TODAY, 1],
        [20_000, 7],
      ]),
    );
    const of = (letter: string) => new Map([[TODAY, letters.indexOf(letter) + 1]]);
    expect(rest).toEqual({
      test: of('t'),
      limit: of('o'),
      scope: of('s'),
      person: of('p'),
      address: of('a'),
      disabled: of('d'),
      revoked: of('r'),
      expired: of('x'),
      minute: of('m'),
    });
  });

  test('are counted of key and tenant, live and test apart', async () => {
    const tenant = newTenant();
    const [live, sandbox] = [{ tenant }, { tenant, key: 'key_b', env: 'test' }] as const;
    expect(await deliver([...uses(live, 3), ...uses(sandbox, 2, NOW - DAY)])).toBeUndefined();
    expect(await keyUsage(tenant, 'key_a')).toEqual({ live: { [TODAY]: 3 }, test: {} });
    expect(await keyUsage(tenant, 'key_b')).toEqual({ live: {}, test: { [TODAY - 1]: 2 } });
    expect(await tenantUsage(tenant)).toEqual({ live: { [TODAY]: 3 }, test: { [TODAY - 1]: 2 } });
    expect(await tenantUsage(newTenant())).toEqual({ live: {}, test: {} });
  });

  test('are counted once, in batches that overlap and at the same time', async () => {
    const tenant = newTenant();
    const all = uses({ tenant }, 40);
    await Promise.all([deliver(all.slice(0, 25)), deliver(all.slice(0, 10)), deliver(all)]);
    await deliver(all);
    expect(await tenantUsage(tenant)).toEqual({ live: { [TODAY]: 40 }, test: {} });
  });

  test.each([0, 5])(
    'are counted once where another counts between reading and writing (row of %i)',
    async (known) => {
      const tenant = newTenant();
      const all = uses({ tenant }, 40);
      await deliver(all.slice(0, known));
      let reads = 0;
      const table = {
        async getAll(keys: Parameters<Table['getAll']>[0]) {
          const rows = await store.table.getAll(keys);
          if ((reads += 1) === 1) await deliver(all.slice(0, 30));
          return rows;
        },
        transact: (writes: Parameters<Table['transact']>[0]) => store.table.transact(writes),
      } as Table;
      const interrupted = new DynamoUsageStore(table, DEPLOYMENT);
      expect(await countUses(all, interrupted, NOW)).toBeUndefined();
      expect([reads, await tenantUsage(tenant)]).toEqual([2, { live: { [TODAY]: 40 }, test: {} }]);
    },
  );

  test('of more keys than a transaction takes, and of many tenants, are counted all', async () => {
    const tenant = newTenant();
    const others = Array.from({ length: 25 }, newTenant);
    await deliver([
      ...Array.from({ length: 230 }, (_, index) => use({ tenant, key: `key_${index}` }, 1)),
      ...others.map((other) => use({ tenant: other }, 1)),
    ]);
    expect((await tenantUsage(tenant)).live).toEqual({ [TODAY]: 230 });
    for (const other of others) expect((await tenantUsage(other)).live).toEqual({ [TODAY]: 1 });
  });

  test('are none in a change that is no use, or of another record', async () => {
    const tenant = newTenant();
    const { dynamodb } = use({ tenant }, 4);
    await deliver([
      { dynamodb: { OldImage: dynamodb?.NewImage, NewImage: dynamodb?.NewImage } },
      { dynamodb: { OldImage: dynamodb?.OldImage } },
      { dynamodb: { ...dynamodb, NewImage: { ...dynamodb?.NewImage, SK: { S: 'SESSION' } } } },
    ] as DynamoDBRecord[]);
    expect(await tenantUsage(tenant)).toEqual({ live: {}, test: {} });
  });

  test('that cannot be counted come again from the first on, and the others once only', async () => {
    const [good, bad] = [newTenant(), newTenant()];
    const records = [use({ tenant: good }, 1), use({ tenant: bad }, 1), use({ tenant: good }, 2)];
    const failing = {
      count: (tenantId: string, ...rest: [never, number]) =>
        tenantId === bad ? Promise.reject(new Error('down')) : usage.count(tenantId, ...rest),
    };
    expect(await countUses(records, failing, NOW)).toBe(records[1]);
    await deliver(records.slice(1));
    expect((await tenantUsage(good)).live).toEqual({ [TODAY]: 2 });
    expect((await tenantUsage(bad)).live).toEqual({ [TODAY]: 1 });
  });
});

describe('rows', () => {
  test('lose the days that nobody can look up any more, and the tenant’s ends with them', async () => {
    const tenant = newTenant();
    await deliver([use({ tenant }, 1, NOW - 95 * DAY)], NOW - 95 * DAY);
    await deliver([use({ tenant }, 2, NOW - 92 * DAY)], NOW - 92 * DAY);
    await deliver([use({ tenant }, 3, NOW - 91 * DAY)], NOW - 91 * DAY);
    expect(await keyUsage(tenant, 'key_a')).toEqual({
      live: { [TODAY - 95]: 1, [TODAY - 92]: 1, [TODAY - 91]: 1 },
      test: {},
    });
    await deliver([use({ tenant }, 4)]);
    const left = { live: { [TODAY - 92]: 1, [TODAY - 91]: 1, [TODAY]: 1 }, test: {} };
    expect(await keyUsage(tenant, 'key_a')).toEqual(left);
    expect(await tenantUsage(tenant)).toEqual(left);
    expect((await store.item(tenantUsageKey(tenant)))?.ttl).toEqual(N(NOW + 100 * DAY));
    // It knows what has been counted, for as long as the key can be used.
    expect((await store.item(keyUsageKey(tenant, 'key_a')))?.ttl).toBeUndefined();
  });

  test('of a key with all its days is one unit to write', async () => {
    const tenant = newTenant();
    const key = `key_${'a'.repeat(32)}`;
    const days = Array.from({ length: 93 }, (_, ago) =>
      use({ tenant, key }, (93 - ago) * 9_999, NOW - ago * DAY),
    );
    await deliver(days.reverse());
    const row = (await store.item(keyUsageKey(tenant, key))) ?? {};
    // Names, texts, and of numbers a byte for two digits and one more (DynamoDB, "Item sizes and formats").
    const bytes = Object.entries(row).reduce(
      (sum, [name, { S: text = '', N: digits }]) =>
        sum + name.length + text.length + (digits === undefined ? 0 : Math.ceil(digits.length / 2) + 1),
      0,
    );
    expect(Object.keys(row)).toHaveLength(2 + 2 + 93);
    expect(bytes).toBeLessThan(1024);
  });

  test('end with their key', async () => {
    const { tenantId, createKey } = await storeTenant(store);
    const { apiKey } = await createKey();
    await deliver([use({ tenant: tenantId, key: apiKey.id }, 1)]);
    expect(await store.item(keyUsageKey(tenantId, apiKey.id))).toBeDefined();
    await store.keys.forget(tenantId, apiKey.id, 'live');
    expect(await store.item(keyUsageKey(tenantId, apiKey.id))).toBeUndefined();
    expect((await tenantUsage(tenantId)).live).toEqual({ [TODAY]: 1 });
  });
});

/** A stream of uses, in order for each key, cut into deliveries of which any may come again, from any place. */
const stream = fc
  .array(fc.record({ key: fc.nat({ max: 3 }), day: fc.nat({ max: 3 }) }), { minLength: 1, maxLength: 40 })
  .chain((made) =>
    fc.record({
      made: fc.constant(made),
      deliveries: fc.array(fc.tuple(fc.nat({ max: made.length }), fc.nat({ max: made.length })), {
        maxLength: 6,
      }),
    }),
  );
type Made = readonly { readonly key: number; readonly day: number }[];

function recordsOf(tenant: string, made: Made): DynamoDBRecord[] {
  const counts = new Map<number, number>();
  return made.map(({ key, day }) => {
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    const env = key % 2 === 0 ? 'live' : 'test';
    return use({ tenant, key: `key_${key}`, env }, n, NOW - day * DAY);
  });
}

function expected(made: Made, wanted: (key: number) => boolean) {
  const days: Record<string, number> = {};
  for (const { day } of made.filter(({ key }) => wanted(key)))
    days[TODAY - day] = (days[TODAY - day] ?? 0) + 1;
  return days;
}
const sum = (days: Record<string, number>) => Object.values(days).reduce((all, each) => all + each, 0);

describe('in the end', () => {
  test('every day of every key is exact, however often parts of the stream come again', async () => {
    await fc.assert(
      fc.asyncProperty(stream, async ({ made, deliveries }) => {
        const tenant = newTenant();
        const records = recordsOf(tenant, made);
        let reached = 0;
        // A stream goes on where it was or goes back; it never leaves anything out.
        for (const [start, end] of [...deliveries, [made.length, made.length] as const]) {
          await deliver(records.slice(Math.min(start, reached), end));
          reached = Math.max(reached, end);
        }
        expect(await tenantUsage(tenant)).toEqual({
          live: expected(made, (key) => key % 2 === 0),
          test: expected(made, (key) => key % 2 === 1),
        });
        for (const key of [0, 1, 2, 3]) {
          const days = await keyUsage(tenant, `key_${key}`);
          expect({ ...days.live, ...days.test }).toEqual(expected(made, (each) => each === key));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the sums are exact in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        stream.chain(({ made }) =>
          fc.record({
            made: fc.constant(made),
            order: fc.shuffledSubarray(
              made.map((_, index) => index),
              { minLength: made.length },
            ),
          }),
        ),
        async ({ made, order }) => {
          const tenant = newTenant();
          const records = recordsOf(tenant, made);
          for (const index of order) await deliver(records.slice(index, index + 1));
          const { live, test } = await tenantUsage(tenant);
          expect([sum(live), sum(test)]).toEqual([
            sum(expected(made, (key) => key % 2 === 0)),
            sum(expected(made, (key) => key % 2 === 1)),
          ]);
        },
      ),
      { numRuns: 20 },
    );
  });
});
