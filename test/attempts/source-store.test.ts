import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOf } from '../../lambdas/attempts/source.ts';
import { DynamoSourceStore } from '../../lambdas/attempts/source-store.ts';
import { networkOf } from '../../lambdas/kernel/address.ts';
import { backoffKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
let sources: DynamoSourceStore;
beforeAll(async () => {
  store = await startStore();
  sources = new DynamoSourceStore(store.table);
});
afterAll(() => store.stop());

const id = () => crypto.randomUUID();

test('attempts at once are counted one by one, and the counter forgets itself', async () => {
  const one = id();
  const counts = await Promise.all(Array.from({ length: 20 }, () => sources.count(one, NOW + 600)));
  expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(await store.item(backoffKey(one))).toMatchObject({ n: N(20), ttl: N(NOW + 600) });
});

test('what is given back counts no more', async () => {
  const one = id();
  await sources.count(one, NOW + 600);
  await sources.giveBack(one);
  expect(await sources.count(one, NOW + 600)).toBe(1);
});

test('what is given back to a counter that is gone does not bring it back', async () => {
  const one = id();
  await sources.giveBack(one);
  expect(await store.item(backoffKey(one))).toBeUndefined();
});

test('a place is known until its time is over, also when it has not been deleted yet', async () => {
  const one = id();
  expect(await sources.knows(one, NOW)).toBe(false);
  await sources.remember(one, NOW + 10);
  expect([await sources.knows(one, NOW + 9), await sources.knows(one, NOW + 10)]).toEqual([true, false]);
});

test.each([
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['unreadable', 'another', false],
])('%s and %s are one source: %s', (one, other, same) => {
  expect(networkOf(one) === networkOf(other)).toBe(same);
});

test('neither an account nor an address can be read off a place', () => {
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toMatch(/ada|192/);
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toBe(placeOf('ada@example.com', '192.0.2.2'));
});
