import type { AuditEntry } from '../../lambdas/audit/entries.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { functionsTable, quantile } from './clients.ts';
import { SimulatedTable } from './dynamodb.ts';
import { rule, VirtualTime } from './virtual-time.ts';

export interface Changes {
  readonly offered: number;
  readonly written: number;
  readonly failedShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const SECONDS = 20;

/** Changes of one tenant by functions that know nothing of each other: each takes the next number of its trail. */
export async function changes(offered: number, seed: number): Promise<Changes> {
  const time = new VirtualTime();
  rule(time, seed);
  const trail = new AuditTrail(functionsTable(new SimulatedTable(time, 64)));
  const latencies: number[] = [];
  let failed = 0;
  const change = async (id: number) => {
    const startedMs = time.nowMs;
    const Item = { PK: S(`USER#${id}`), SK: S('USER') };
    try {
      await trail.commit(
        'tenant',
        [entry(time)],
        [{ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }],
      );
      latencies.push(time.nowMs - startedMs);
    } catch {
      failed += 1;
    }
  };
  for (let id = 0; id < offered * SECONDS; id += 1)
    time.after(Math.random() * SECONDS * 1000, () => void change(id));
  await time.run((SECONDS + 30) * 1000);
  return {
    offered,
    written: latencies.length / SECONDS,
    failedShare: failed / (offered * SECONDS),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
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
