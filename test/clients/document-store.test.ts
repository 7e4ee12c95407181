import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDocumentStore } from '../../lambdas/clients/document-store.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

test('a copy is as it was written last, with and without keys', async () => {
  const documents = new DynamoDocumentStore(store.table);
  const copy = { text: '{"a":1}', keysText: null, freshUntil: NOW + 300, staleUntil: NOW + 600 };
  expect(await documents.read('hash')).toBeUndefined();
  await documents.write('hash', copy);
  expect(await documents.read('hash')).toEqual(copy);
  const withKeys = { ...copy, keysText: '{"keys":[]}', freshUntil: NOW + 400 };
  await documents.write('hash', withKeys);
  expect(await documents.read('hash')).toEqual(withKeys);
  await documents.write('hash', copy);
  expect(await documents.read('hash')).toEqual(copy);
});
