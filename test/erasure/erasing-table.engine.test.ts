import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEntry } from '../../lambdas/audit/entries.ts';
import { AuditTrail, ROWS_A_TRANSACTION } from '../../lambdas/audit/trail-store.ts';
import { eraseDue } from '../../lambdas/erasure/erasure.ts';
import {
  DynamoErasureStore,
  erasePersonWrite,
  eraseTenantWrite,
} from '../../lambdas/erasure/erasure-store.ts';
import { auditedKey, keyRecordKey, keyRowKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { STREAM_SECONDS } from '../../lambdas/kernel/stream-records.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const [OLD, NEW] = ['ada@old.example', 'ada@new.example'];

const row = (
  action: 'invitation.create' | 'user.email' | 'workspace.update',
  target: string,
  before: Readonly<Record<string, string>> | null,
  after: Readonly<Record<string, string>>,
) => auditEntry({ action, target, origin: { actor: 'user:ben', requestId: 'r' }, at: NOW, before, after });

const always = () => true;

/** Rows of a trail that name nobody. */
async function fill(tenantId: string, count: number): Promise<void> {
  const trail = new AuditTrail(store.table);
  const rows = Array.from({ length: count }, (_, n) =>
    row('workspace.update', 'workspace:w', null, { name: `w${n}` }),
  );
  for (let start = 0; start < rows.length; start += ROWS_A_TRANSACTION)
    await trail.commit(tenantId, rows.slice(start, start + ROWS_A_TRANSACTION), []);
}

test('an address that somebody had before goes from rows long before the one that says whose it was', async () => {
  const trail = new AuditTrail(store.table);
  await trail.commit(
    't',
    [row('invitation.create', 'invitation:i', null, { email: OLD, role: 'admin' })],
    [],
  );
  await fill('t', 600);
  await trail.commit('t', [row('user.email', 'user:ada', { email: OLD }, { email: NEW })], []);
  await store.table.transact([erasePersonWrite({ userId: 'ada', tenantId: 't', email: NEW }, NOW)]);

  const erasures = new DynamoErasureStore(store.table);
  expect(await eraseDue(erasures, NOW, always)).toMatchObject({ finished: 1, faults: [] });
  expect(await eraseDue(erasures, NOW + STREAM_SECONDS, always)).toMatchObject({ finished: 1, faults: [] });
  expect(await erasures.due(NOW + STREAM_SECONDS)).toEqual([]);

  const rows = await store.table.queryAll('TENANT#t', 'AUDIT#');
  expect(rows).toHaveLength(602);
  expect(rows.filter((item) => JSON.stringify(item).includes(OLD))).toEqual([]);
  expect(rows[0]?.after?.S).toBe(JSON.stringify({ role: 'admin' }));
  expect(rows[300]?.after?.S).toBe(JSON.stringify({ name: 'w299' }));
});

test('of a tenant nothing is left but its trail, whatever stands before and after that', async () => {
  await fill('big', 120);
  const ids = Array.from({ length: 120 }, (_, n) => String(n));
  for (const id of ids) {
    const locator = `locator-${id}`;
    await store.put({ ...keyRowKey('big', id), locator: S(locator) });
    await store.put({ ...keyRecordKey(locator), ten: S('big') });
    await store.put({ ...workspaceKey('big', id) });
  }
  await store.put({ ...auditedKey('big', 'source') });
  await store.put({ ...keyRecordKey('of-another'), ten: S('other') });
  await store.put({ ...keyRowKey('big', 'of-another'), locator: S('of-another') });
  await store.table.transact([eraseTenantWrite('big', NOW)]);

  const erasures = new DynamoErasureStore(store.table);
  expect(await eraseDue(erasures, NOW, always)).toMatchObject({ finished: 1, faults: [] });
  const left = await store.table.queryAll('TENANT#big', '');
  expect(new Set(left.map(({ SK }) => SK?.S?.split('#')[0]))).toEqual(new Set(['AUDIT', 'AUDITHEAD']));
  // And the row of the erasure.
  expect(left).toHaveLength(122);
  for (const id of ids) expect(await store.item(keyRecordKey(`locator-${id}`))).toBeUndefined();
  expect(await store.item(keyRecordKey('of-another'))).toBeDefined();
});
