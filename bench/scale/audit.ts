import type { AuditEntry } from '../../lambdas/audit/entries.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { functionsTable } from './clients.ts';
import { SimulatedTable } from './dynamodb.ts';
import { type Offered, offer } from './offer.ts';
import { rule, VirtualTime } from './virtual-time.ts';

export interface Changes extends Omit<Offered, 'succeeded'> {
  readonly offered: number;
  readonly written: number;
}

const SECONDS = 20;

/** Changes of one tenant by functions that know nothing of each other: each takes the next number of its trail. */
export async function changes(offered: number, seed: number): Promise<Changes> {
  const time = new VirtualTime();
  rule(time, seed);
  const trail = new AuditTrail(functionsTable(new SimulatedTable(time, 64)));
  const load = { aSecond: offered, seconds: SECONDS, waited: 30 };
  const { succeeded, ...rest } = await offer(time, load, (id) => {
    const Item = { PK: S(`USER#${id}`), SK: S('USER') };
    const write = { Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } };
    return trail.commit('tenant', [entry(time)], [write]);
  });
  return { offered, written: succeeded, ...rest };
}

function entry(time: VirtualTime): AuditEntry {
  return {
    actor: 'user:simulated',
    action: 'user.created',
    target: 'user:simulated',
    at: time.clock(),
    requestId: 'simulated',
    callerRequestId: null,
    subject: null,
    targetName: null,
    workspaceId: null,
    address: '192.0.2.1',
    before: null,
    after: { role: 'member' },
  } as unknown as AuditEntry;
}
