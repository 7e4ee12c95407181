import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDecisionStore } from '../../lambdas/access/decision-store.ts';
import { Facts } from '../../lambdas/access/facts.ts';
import { MAX_SCOPES_BYTES, scopesText } from '../../lambdas/contract/scopes.ts';
import { MAX_ALLOWED_BLOCKS, parseBlock } from '../../lambdas/kernel/address.ts';
import { keyRecordKey } from '../../lambdas/kernel/item-keys.ts';
import type { AttributeValue, Item, ItemKey } from '../../lambdas/kernel/items.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import type { Use } from '../../lambdas/keys/key-record.ts';
import { WINDOW_SECONDS } from '../../lambdas/plans/allowance.ts';
import { NOW, startStore, storeTenant, successor, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Bytes of an item (DynamoDB developer guide, "DynamoDB item sizes and formats"). */
const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name) + valueSize(value),
    0,
  );

function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return Buffer.from(value.B, 'base64').length;
  // One byte for two significant digits, and one more (leading and trailing zeros do not count).
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^0+|0+$/g, '').length / 2) + 1;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOf(value.M);
  return 1;
}

/** A refusal with the longest reason, after as many as a number of two bytes and more tells. */
async function noteRefusal({ refuse }: Use<unknown>, { table }: TestStore, key: ItemKey): Promise<void> {
  await refuse?.('disabled');
  await table.update(key, {
    UpdateExpression: 'SET r = :many',
    ExpressionAttributeValues: { ':many': { N: '99999' } },
  });
}

/** Scopes that take all the room that there is. */
const SCOPES = [...Array.from({ length: 9 }, (_, index) => `documents:write:${index}000`), 'x'.repeat(11)];

test('with twenty whole IPv6 addresses, 200 bytes of scopes and a rotation running, a key’s record stays within 1 KB', async () => {
  const tenant = await storeTenant(store);
  const blocks = Array.from({ length: MAX_ALLOWED_BLOCKS }, (_, index) =>
    parseBlock(`2001:db8:ffff:ffff:ffff:ffff:ffff:${(0xff00 + index).toString(16)}`),
  ).filter((block) => block !== undefined);
  expect(blocks).toHaveLength(20);
  expect(Buffer.byteLength(scopesText(SCOPES))).toBe(MAX_SCOPES_BYTES);
  const lifetimeSeconds = 3650 * 86_400;
  const { apiKey, hash } = await tenant.createKey({
    environment: 'test',
    scopes: SCOPES,
    allowedBlocks: blocks,
    lifetimeSeconds,
    expiresAt: NOW + lifetimeSeconds,
  });
  // Lists and grace periods at their longest, and the longest request id that a caller can choose.
  const origin = {
    actor: `user:${tenant.account.user.userId}`,
    requestId: 'x'.repeat(36),
    callerRequestId: 'x'.repeat(128),
    address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  };
  await store.keys.change(apiKey, { state: 'disabled' }, origin, NOW);
  await store.keys.change(apiKey, { state: 'active' }, origin, NOW);
  const next = hashKey(successor(apiKey));
  const times = { expiresAt: NOW + lifetimeSeconds, previousExpiresAt: NOW + 2_591_999 };
  expect(await store.keys.rotate(apiKey, { replaces: hash, hash: next, ...times }, origin, NOW)).toBe(true);
  const decisions = new DynamoDecisionStore(
    store.table,
    store.table.name,
    new Facts(store.table, store.table.name),
  );
  const sizes: number[] = [];
  for (let call = 0; call < 9; call += 1) {
    const at = NOW + call * 2 * WINDOW_SECONDS;
    const use = await decisions.useKey({
      locator: apiKey.locator,
      hash: next,
      address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ff00',
      now: at,
    });
    expect(use.passed).toBe(true);
    await noteRefusal(use, store, keyRecordKey(apiKey.locator));
    sizes.push(sizeOf((await store.item(keyRecordKey(apiKey.locator))) ?? {}));
  }
  const [busy = 0] = sizes;
  expect(busy, 'a key that is in use').toBeLessThanOrEqual(1024);
  // A key that is called once in a while carries up to eight counts until they are swept.
  expect(Math.max(...sizes), 'a key before its sweep').toBeLessThanOrEqual(1024);
});

test.each([
  ['a few addresses', 3, ['read', 'write'], 64],
  ['twenty addresses', 20, ['read', 'write'], 64],
  ['twelve addresses and 200 bytes of scopes', 12, SCOPES, 15],
  ['twenty addresses and 200 bytes of scopes', 20, SCOPES, 0],
])(
  'with %s the note of a change keeps of the caller’s request id what there is room for',
  async (_lists, count, scopes, kept) => {
    const tenant = await storeTenant(store);
    const allowedBlocks = Array.from({ length: count }, (_, index) =>
      parseBlock(`2001:db8:ffff:ffff:ffff:ffff:ffff:${(0xff00 + index).toString(16)}`),
    ).filter((block) => block !== undefined);
    const { apiKey, hash } = await tenant.createKey({ scopes, allowedBlocks, environment: 'test' });
    const decisions = new DynamoDecisionStore(
      store.table,
      store.table.name,
      new Facts(store.table, store.table.name),
    );
    // As many counts as there are before a sweep.
    for (let call = 0; call < 7; call += 1) {
      const use = await decisions.useKey({
        locator: apiKey.locator,
        hash,
        address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ff00',
        now: NOW + call * 2 * WINDOW_SECONDS,
      });
      await noteRefusal(use, store, keyRecordKey(apiKey.locator));
    }
    const origin = {
      actor: `user:${tenant.account.user.userId}`,
      requestId: 'x'.repeat(20),
      callerRequestId: 'c'.repeat(128),
      address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    };
    await store.keys.change(apiKey, { state: 'disabled' }, origin, NOW);
    const item = (await store.item(keyRecordKey(apiKey.locator))) ?? {};
    expect((item.chg?.M?.own_id?.S ?? '').length).toBe(kept);
    if (kept > 0) expect(sizeOf(item)).toBeLessThanOrEqual(1024);
  },
);
