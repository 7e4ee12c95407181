import { setTimeout as delay } from 'node:timers/promises';
import type { Api, ApiResponse } from '../api.ts';
import { notChecked, ok, type Probe, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';
import { said } from './gateway.ts';

/** How long the stream may take: records gather for 5 seconds, uses for a minute, and a first poll takes its time. */
const AUDIT_SECONDS = 90;
const USAGE_SECONDS = 240;

/** Probes of what comes by the table's stream. They stand on the main flow, which has used a key and revoked one. */
export function streamProbes(api: Api, flow: Flow, pauseMilliseconds = 1000): readonly Probe[] {
  const arrives = ({ operation, seconds, has, there, page }: Arrival) =>
    flow.after(async () => {
      if (!(await api.operations()).some(({ id }) => id === operation))
        return notChecked(`The profile has no ${operation}.`);
      const started = Date.now();
      for (;;) {
        const response = await flow.call(operation, flow.administrator);
        const took = Math.round((Date.now() - started) / 1000);
        if (response.status !== 200)
          return wrong(
            `${operation} answers ${said(response)}.`,
            'See the log of the function "management".',
          );
        if (has(response)) return ok(`${there}, after ${took} s.`);
        if (took >= seconds)
          return wrong(
            `After ${took} s ${operation} shows nothing of what was done.`,
            `docs/runbook/${page} says what to do.`,
          );
        await delay(pauseMilliseconds);
      }
    });
  return [
    {
      id: 'audit',
      subject: 'The audit trail, by the stream',
      settles: [14],
      run: arrives({
        operation: 'listAudit',
        seconds: AUDIT_SECONDS,
        has: ({ text }) => text.includes('key.revoke'),
        there: 'A revocation has its row in the audit trail',
        page: 'stream-stopped.md',
      }),
    },
    {
      id: 'usage',
      subject: 'The count of uses, by the stream',
      settles: [14],
      run: arrives({
        operation: 'getUsage',
        seconds: USAGE_SECONDS,
        has: ({ text }) => /"live":[1-9]/.test(text),
        there: 'The uses of keys are counted',
        page: 'usage-stopped.md',
      }),
    },
  ];
}

/** Something that comes by the stream, and by which operation it is seen. */
interface Arrival {
  readonly operation: string;
  readonly seconds: number;
  readonly has: (response: ApiResponse) => boolean;
  readonly there: string;
  /** Its page in `docs/runbook/`. */
  readonly page: string;
}
