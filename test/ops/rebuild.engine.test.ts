import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyRowKey, tenantKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import type { DynamoDbCalls, Operation } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { rebuild } from '../../ops/recover/rebuild.ts';
import { engineClient } from '../support/dynamodb-engine.ts';
import { NOW, ORIGIN, startStore, storeTenant, type TestStore } from '../support/table.ts';

/** What a recovery writes to bring what is counted in line. */
let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Rebuilds the table, and gives the sort keys of the rows that it marked as freed. */
async function freedByRebuild(): Promise<string[]> {
  const client = engineClient(store.engine.endpoint);
  const freed: string[] = [];
  const counted: DynamoDbCalls = {
    call<Output extends object>(operation: Operation, input: object) {
      const { Key, UpdateExpression } = input as { Key?: { SK: { S: string } }; UpdateExpression?: string };
      if (UpdateExpression?.includes('freed')) freed.push(Key?.SK.S ?? '');
      return client.call<Output>(operation, input);
    },
  };
  await rebuild(new Table(store.table.name, counted), undefined);
  return freed.sort();
}

test('of revoked keys, those are written whose rows do not say yet that their place is given back', async () => {
  const { tenantId, workspaceId, createKey } = await storeTenant(store);
  const keys = [];
  for (let index = 0; index < 6; index += 1) keys.push((await createKey()).apiKey);
  const rows = keys.map(({ id }) => keyRowKey(tenantId, id));
  const revoked = keys.slice(0, 5);
  for (const key of revoked) await store.keys.revoke(key, ORIGIN, NOW);
  const found = async () => ({
    freed: await Promise.all(rows.map(async (row) => (await store.item(row))?.freed?.BOOL)),
    ofTenant: (await store.item(tenantKey(tenantId)))?.keyCount,
    ofWorkspace: (await store.item(workspaceKey(tenantId, workspaceId)))?.keyCount,
  });
  // The account has a key of its own.
  const wanted = { freed: [true, true, true, true, true, undefined], ofTenant: N(2), ofWorkspace: N(2) };
  expect(await found()).toEqual(wanted);
  expect(await freedByRebuild()).toEqual([]);
  expect(await found()).toEqual(wanted);

  // As a restore leaves items of one transaction: three revocations have not come to their rows and counts.
  const torn = rows.slice(0, 3);
  for (const row of torn) await store.table.update(row, { UpdateExpression: 'REMOVE freed' });
  for (const counter of [tenantKey(tenantId), workspaceKey(tenantId, workspaceId)])
    await store.table.update(counter, {
      UpdateExpression: 'ADD keyCount :places',
      ExpressionAttributeValues: { ':places': N(3) },
    });
  expect(await freedByRebuild()).toEqual(torn.map(({ SK }) => SK.S).sort());
  expect(await found()).toEqual(wanted);
  expect(await freedByRebuild()).toEqual([]);
});
