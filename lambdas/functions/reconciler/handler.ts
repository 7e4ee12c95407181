import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { Context, ScheduledEvent } from 'aws-lambda';
import { deployment } from '#settings';
import { eraseDue } from '../../erasure/erasure.ts';
import { DynamoErasureStore } from '../../erasure/erasure-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { counted, type Metric, observe } from '../../kernel/metrics.ts';
import { Table } from '../../kernel/table.ts';
import { withinSeconds } from '../../kernel/time-budget.ts';
import { variable } from '../../kernel/variables.ts';
import { ControlPlane } from '../../plans/control-plane-client.ts';
import { type Report, reconcile } from '../../plans/reconcile.ts';
import { DynamoUsageKeyStore } from '../../plans/usage-key-store.ts';
import { type ControlFacts, newestKeyAge } from '../../signing/control-facts.ts';
import { ControlStore } from '../../signing/control-store.ts';

/** Kept of a run's time for what it has to write at its end. */
const RESERVE_MS = 15_000;

/** Of a run's time, for erasures: they go first, and leave most of it. */
const ERASING_SECONDS = 10;

const table = new Table(variable('TABLE_NAME'));
const store = new DynamoUsageKeyStore(table);
const control = new ControlStore(table);
const erasures = new DynamoErasureStore(table);
const client = new APIGatewayClient({
  // Slows down by itself when it is throttled, and repeats with growing pauses.
  retryMode: 'adaptive',
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
});

/** Erases what is to be erased, gives tenants usage keys of their own, a run at a time, and tells the age of the signing keys, as it is called every minute. */
export async function handler(_event: ScheduledEvent, context: Context): Promise<void> {
  await erase();
  const started = performance.now();
  const remainingMs = context.getRemainingTimeInMillis();
  const deadline = AbortSignal.timeout(Math.max(1, remainingMs - RESERVE_MS));
  const report = await reconcile({
    controlPlane: new ControlPlane(client, deadline),
    store,
    plans: JSON.parse(variable('USAGE_PLANS')),
    settings: deployment.usageKeys,
    initialTier: deployment.initialTier,
    clock: systemClock,
    holder: context.awsRequestId,
    // By then it has ended, or Lambda has ended it.
    leaseSeconds: Math.ceil(remainingMs / 1000),
    deadline,
  });
  // A rotation or a backup that nobody calls tells nothing: whoever is called every minute does.
  const keys = await control.read().catch(() => undefined);
  const backedUpAt = await control.backedUpAt().catch(() => undefined);
  const { outcome, faults, made, deleted } = report;
  observe({
    fields: { level: outcome === 'failed' ? 'ERROR' : 'INFO', made, deleted, faults },
    dimensions: { outcome },
    metrics: [
      ...counted('Reconciliations', performance.now() - started),
      ...figures(report),
      ...(keys === undefined ? [] : [signingKeyAge(keys)]),
      ...(backedUpAt === undefined ? [] : [backupAge(backedUpAt)]),
    ],
  });
}

/**
 * Erases what is due. Never rejects: the next minute's run goes on, and the usage keys wait for none. What is due and
 * cannot even be read counts as a failed run.
 */
async function erase(): Promise<void> {
  try {
    const hasTimeLeft = withinSeconds(ERASING_SECONDS);
    const { finished, waiting, oldestSeconds, faults } = await eraseDue(erasures, systemClock(), hasTimeLeft);
    if (finished + waiting === 0) return;
    observe({
      fields: { level: faults.length > 0 ? 'ERROR' : 'INFO', waiting, faults: faults.map(String) },
      dimensions: { outcome: 'done' },
      metrics: [
        { name: 'Erasures', unit: 'Count', value: finished },
        { name: 'OldestErasureSeconds', unit: 'Seconds', value: oldestSeconds },
      ],
    });
  } catch (error) {
    observe({
      fields: { level: 'ERROR', faults: [`Erasures: ${error}`] },
      dimensions: { outcome: 'failed' },
      metrics: counted('Reconciliations'),
    });
  }
}

function backupAge(backedUpAt: number): Metric {
  return { name: 'BackupAge', unit: 'Seconds', value: systemClock() - backedUpAt };
}

function signingKeyAge(keys: ControlFacts): Metric {
  return { name: 'SigningKeyAge', unit: 'Seconds', value: newestKeyAge(keys, systemClock()) };
}

/** Counts of the run, where it has seen all. */
function figures({ total, own, waiting, repaired }: Report): Metric[] {
  const there = { UsageKeys: total, TenantsWithUsageKey: own, TenantsWithoutUsageKey: waiting };
  return [
    ...Object.entries(there).flatMap(([name, value]) =>
      value === undefined || !Number.isFinite(value) ? [] : [{ name, unit: 'None' as const, value }],
    ),
    { name: 'UsageKeysRepaired', unit: 'Count', value: repaired },
  ];
}
