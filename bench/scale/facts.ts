import { Facts } from '../../lambdas/access/facts.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { CONTROL_KEY } from '../../lambdas/kernel/item-keys.ts';
import { type Item, type ItemKey, N, S } from '../../lambdas/kernel/items.ts';
import type { RecordClient } from '../../lambdas/kernel/record-client.ts';
import { authorizersClient, quantile, TABLE } from './clients.ts';
import { SimulatedTable } from './dynamodb.ts';
import { rule, VirtualTime } from './virtual-time.ts';

export interface Fleet {
  readonly instances: number;
  /** Tenants that call, at random. */
  readonly tenants: number;
  /** Tokens need the deployment's facts, keys of ours do not. */
  readonly by: 'tokens' | 'keys';
}

export interface FleetResult extends Fleet {
  /** Reads a second of the one item CONTROL, repeated ones too. */
  readonly controlReads: number;
  readonly readsPerDecision: number;
  readonly failedShare: number;
  readonly p99Ms: number;
}

/** As many as Lambda gives an instance in a second ("Understanding Lambda function scaling"). */
export const DECISIONS_AN_INSTANCE = 10;

const WARM_MS = 2500;
const MEASURED_MS = 2000;

/** Instances that each keep copies of facts, and read what is older than two seconds. */
export async function fleet({ instances, tenants, by }: Fleet, seed: number): Promise<FleetResult> {
  const time = new VirtualTime();
  rule(time, seed);
  const table = new SimulatedTable(time, 256, initialItem);
  const client = authorizersClient(table, time);
  const isMeasured = () => time.nowMs >= WARM_MS && time.nowMs < WARM_MS + MEASURED_MS;
  let [reads, controlReads, decisions, failed] = [0, 0, 0, 0];
  const counting: RecordClient = {
    updateItem: (input) => client.updateItem(input),
    batchGetItem(input) {
      if (isMeasured()) {
        reads += 1;
        if (input.RequestItems[TABLE]?.Keys.includes(CONTROL_KEY)) controlReads += 1;
      }
      return client.batchGetItem(input);
    },
  };
  const latencies: number[] = [];
  const decide = async (facts: Facts): Promise<void> => {
    const tenantId = `t${Math.floor(Math.random() * tenants)}`;
    const startedMs = time.nowMs;
    const counts = isMeasured();
    if (counts) decisions += 1;
    try {
      if (by === 'tokens') await facts.control(tenantId);
      await facts.tenant(tenantId);
      if (counts) latencies.push(time.nowMs - startedMs);
    } catch {
      if (counts) failed += 1;
    }
  };
  for (let instance = 0; instance < instances; instance += 1) {
    const facts = new Facts(counting, TABLE, time.monotonic);
    const call = async (): Promise<void> => {
      const nextMs = time.nowMs + (2000 / DECISIONS_AN_INSTANCE) * Math.random();
      // One event at a time.
      await decide(facts);
      time.after(nextMs - time.nowMs, () => void call());
    };
    time.after((Math.random() * 1000 * 10) / DECISIONS_AN_INSTANCE, () => void call());
  }
  await time.run(WARM_MS + MEASURED_MS + 2000);
  return {
    instances,
    tenants,
    by,
    controlReads: (controlReads * 1000) / MEASURED_MS,
    readsPerDecision: reads / decisions,
    failedShare: failed / decisions,
    p99Ms: quantile(latencies, 0.99),
  };
}

const CONTROL: Item = { ...CONTROL_KEY, version: N(1), keys: S('[]') };

function initialItem(key: ItemKey): Item {
  if (key.PK.S === 'CONTROL') return CONTROL;
  return { ...key, [attribute.TENANT_STATE]: S('active'), [attribute.TIER]: S('free') };
}
