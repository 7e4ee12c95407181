import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChangeOrigin } from '../lambdas/audit/entries.ts';
import { systemClock, timestamp } from '../lambdas/kernel/clock.ts';
import { FACTS_SECONDS } from '../lambdas/kernel/freshness.ts';

/** The actor of an operator's change in the tenants' audit trails. */
export function operator(): ChangeOrigin {
  return { actor: 'operator', requestId: `ops-${randomUUID()}` };
}

/** Waits until every authorizer has let go of what it knew before; gives the time from which a change holds. */
export async function untilItHolds(): Promise<string | null> {
  await wait(FACTS_SECONDS * 1000);
  return timestamp(systemClock());
}
