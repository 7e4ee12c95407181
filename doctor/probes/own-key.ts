import { setTimeout as delay } from 'node:timers/promises';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { tableNamed } from '../aws.ts';
import { notChecked, ok, type Probe, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';

/** A key of the tenant's own is made within minutes, and warms for an hour before it is used (`usageKeys.warmSeconds`). */
const OWN_KEY_SECONDS = 90 * 60;

/** Whether a tenant gets a usage key of its own, and is let in with it. Takes more than an hour: `--slow`. */
export function ownKeyProbe(
  flow: Flow,
  tableName: string | undefined,
  { seconds = OWN_KEY_SECONDS, pauseMilliseconds = 15_000 } = {},
): Probe {
  return {
    id: 'own-key',
    subject: "A tenant's own usage key",
    settles: [16],
    async run() {
      const { tenantId } = flow.trace;
      if (tableName === undefined || tenantId === undefined)
        return notChecked('With --stack or --table, it is waited for.');
      const table = tableNamed(tableName);
      const started = Date.now();
      for (;;) {
        const minutes = Math.round((Date.now() - started) / 60_000);
        if ((await table.get(tenantKey(tenantId)))?.usageKey !== undefined) {
          // Facts of a tenant may be two seconds old.
          await delay(Math.min(3000, pauseMilliseconds));
          const { status, text } = await flow.call('getMe', {
            authorization: `Bearer ${flow.trace.keys[0]}`,
          });
          return status === 200
            ? ok(`The tenant got a usage key of its own after ${minutes} minutes, and is let in with it.`)
            : wrong(
                `With its own usage key the tenant is answered ${status} ${text.slice(0, 120)}.`,
                'Raise usageKeys.warmSeconds in latchkey.config.ts (docs/aws-facts.md, 5), and see docs/runbook/reconciler.md.',
              );
        }
        if (Date.now() - started > seconds * 1000)
          return wrong(
            `After ${minutes} minutes the tenant has no usage key of its own.`,
            'docs/runbook/reconciler.md says what to do.',
          );
        await delay(pauseMilliseconds);
      }
    },
  };
}
