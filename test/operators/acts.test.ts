import { expect, test } from 'vitest';
import type { AuditEntry, ChangeOrigin } from '../../lambdas/audit/entries.ts';
import type { UserCaller } from '../../lambdas/kernel/caller.ts';
import { act } from '../../lambdas/operators/acts.ts';

const NOW = 1_800_000_000;
const caller: UserCaller = {
  kind: 'user',
  tenantId: 'operators',
  userId: 'u1',
  sessionId: 's1',
  role: 'operator',
  workspaceId: 'w1',
  scopes: [],
  environment: 'live',
};
const from = { address: '203.0.113.7', requestId: 'r1', callerRequestId: 'mine', userAgent: 'agent' };
const wanted = {
  action: 'tenant.update',
  target: 'tenant:t1',
  tenantId: 't1',
  asked: { tier: 'pro' },
} as const;

test('an act is in the operators’ trail with the address before it is done, and in the tenant’s without', async () => {
  const order: unknown[] = [];
  const context = { recordAct: async (entry: AuditEntry) => void order.push(entry), clock: () => NOW };
  const result = await act(wanted, caller, { from, context }, async (by: ChangeOrigin) => {
    order.push(by);
    return 'done';
  });
  expect(result).toBe('done');
  expect(order).toEqual([
    {
      action: 'tenant.update',
      target: 'tenant:t1',
      actor: 'user:u1',
      address: '203.0.113.7',
      requestId: 'r1',
      callerRequestId: 'mine',
      subject: null,
      at: NOW,
      targetName: null,
      workspaceId: null,
      before: null,
      after: { tenant_id: 't1', tier: 'pro' },
    },
    { actor: 'operator:u1', requestId: 'r1' },
  ]);
});

test('without its row in the operators’ trail nothing is done', async () => {
  const context = { recordAct: () => Promise.reject(new Error('no table')), clock: () => NOW };
  const work = () => expect.unreachable('it was done');
  await expect(act(wanted, caller, { from, context }, work)).rejects.toThrow('no table');
});
