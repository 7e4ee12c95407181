import type { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ControlPlane } from '../../lambdas/plans/control-plane-client.ts';
import { reconcile } from '../../lambdas/plans/reconcile.ts';
import type { DynamoUsageKeyStore } from '../../lambdas/plans/usage-key-store.ts';
import { type UsageKeyRow, usageKeyValue } from '../../lambdas/plans/usage-keys.ts';
import { rule, VirtualTime } from './virtual-time.ts';

export interface Run {
  readonly tenants: number;
  /** Of them, those that wait for their key. */
  readonly waiting: number;
  readonly seconds: number;
  readonly calls: number;
  readonly made: number;
}

/** A call of API Gateway's control plane, in milliseconds. */
const CALL_MS = 100;
/** A run's time less what is kept of it: `RESERVE_MS` and erasures (`functions/reconciler`). */
const RUN_SECONDS = 45;
const TIERS = ['free', 'pro', 'enterprise'];
const PREFIX = 'simulated';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly position?: string; readonly limit?: number; readonly usagePlanId?: string };
}

/** One run of the reconciler over so many tenants with usage keys of their own. */
export async function reconciliation(tenants: number, waiting: number, seed: number): Promise<Run> {
  const time = new VirtualTime();
  rule(time, seed);
  const rows = Array.from({ length: tenants }, (_, index) => rowOf(index, index >= tenants - waiting));
  const keyOf = (row: UsageKeyRow) => ({
    id: row.tenantId,
    name: usageKeyValue(PREFIX, row),
    enabled: true,
    createdDate: new Date(0),
  });
  const present = rows.filter(({ pointed }) => pointed);
  let calls = 0;
  const client = {
    async send({ constructor: { name }, input }: Command) {
      calls += 1;
      await time.sleep(CALL_MS);
      if (name === 'CreateApiKeyCommand') return { id: `made${calls}` };
      if (name === 'CreateUsagePlanKeyCommand') return {};
      const { position = '0', limit = 0, usagePlanId } = input;
      const listed = usagePlanId === undefined ? present : present.filter(({ tier }) => tier === usagePlanId);
      const next = Number(position) + limit;
      return {
        items: listed.slice(Number(position), next).map(keyOf),
        ...(next < listed.length ? { position: String(next) } : {}),
      };
    },
  };
  const deadline = new AbortController();
  time.after(RUN_SECONDS * 1000, () => deadline.abort());
  const running = reconcile({
    controlPlane: new ControlPlane(client as unknown as APIGatewayClient, deadline.signal, {
      now: time.monotonic,
      sleep: (ms) => time.sleep(ms),
    }),
    store: storeOf(rows) as unknown as DynamoUsageKeyStore,
    plans: {
      stackName: 'simulated',
      prefix: PREFIX,
      own: Object.fromEntries(TIERS.map((tier) => [tier, tier])),
      shared: [],
    },
    settings: { max: 10_000, maxForInitialTier: 10_000, warmSeconds: 300, retireSeconds: 86_400 },
    initialTier: 'free',
    clock: time.clock,
    holder: 'simulated',
    leaseSeconds: 60,
    deadline: deadline.signal,
  }).then((report) => ({ report, seconds: time.nowMs / 1000 }));
  await time.run(120_000);
  const { report, seconds } = await running;
  if (report.outcome === 'failed') throw new Error(report.faults.join(' '));
  return { tenants, waiting, seconds, calls, made: report.made };
}

function rowOf(index: number, isWaiting: boolean): UsageKeyRow {
  return {
    tenantId: `0191f3a0-0000-7000-8000-${index.toString(16).padStart(12, '0')}`,
    tier: TIERS[index % TIERS.length] ?? 'free',
    generation: 1,
    since: 0,
    pointed: !isWaiting,
    ...(isWaiting ? {} : { warmingSince: 0 }),
  };
}

/** The rows in memory: at rest nothing is written but the lease. */
function storeOf(rows: readonly UsageKeyRow[]) {
  return {
    takeLease: async () => null,
    returnLease: async () => {},
    rows: async () => ({ rows }),
    warm: async () => true,
    forget: async () => {},
  };
}
