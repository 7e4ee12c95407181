import { afterAll, beforeAll, expect, test } from 'vitest';
import { tableCursors } from '../../lambdas/kernel/cursor.ts';
import { startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const place = { tenantId: 't', list: 'keys' } as const;

test('of instances that need the first key at once all have the same one', async () => {
  const instances = Array.from({ length: 20 }, () => tableCursors(store.table));
  const sealed = await Promise.all(instances.map((one) => one.seal('key_1', place)));
  for (const cursor of sealed)
    for (const one of instances) expect(await one.open(cursor ?? '', place)).toBe('key_1');
});
