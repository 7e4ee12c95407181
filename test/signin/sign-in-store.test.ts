import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { signInKey } from '../../lambdas/kernel/item-keys.ts';
import { NOW, startStore, storeTenant, type TestStore } from '../support/table.ts';
import { signInStoreContract } from './sign-in-store-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

signInStoreContract(() => store);

test('signing in and out are rows of the audit trail, and the item goes with TTL when it expires', async () => {
  const { account, tenantId } = await storeTenant(store);
  const { userId } = account.user;
  const { workspaceId } = account;
  const record = {
    signInId: 's1',
    tenantId,
    userId,
    workspaceId,
    userVersion: 0,
    amr: ['pwd'],
    // As a provider may say: before they came here.
    authTime: NOW - 60,
    expiresAt: NOW + 9,
  };
  const origin = { actor: `user:${userId}`, requestId: 'r', address: '192.0.2.7' };
  await store.signIns.create('of-the-trail', record, origin, NOW);
  expect((await store.item(signInKey('of-the-trail')))?.ttl).toEqual({ N: String(NOW + 9) });
  await store.signIns.end('of-the-trail', record, origin, NOW + 5);
  const { rows } = await new AuditTrail(store.table).page(tenantId, 50, 0, { target: 'signin:s1' });
  expect(rows.map(({ action, actor, at, address }) => ({ action, actor, at, address }))).toEqual([
    { action: 'signin.create', actor: `user:${userId}`, at: NOW, address: '192.0.2.7' },
    { action: 'signin.end', actor: `user:${userId}`, at: NOW + 5, address: '192.0.2.7' },
  ]);
});
