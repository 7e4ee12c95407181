import { connect, type GetUsageResult, getUsage } from '../../typescript/src/api.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import { Output } from '../output.ts';
import { poll } from '../poll.ts';
import { openSession } from '../session.ts';
import { text, wholeNumber } from '../syntax.ts';

/** Seconds between two looks: what is counted is complete after two minutes. */
const INTERVAL_SECONDS = 10;

/** Clears a terminal, and puts the cursor at its beginning. */
const CLEAR = '\u001b[2J\u001b[H';

export const usageCommands: readonly Command[] = [
  {
    usage: 'usage [--key ID] [--days N] [--watch] [--interval SECONDS]',
    summary: 'Show how many requests were made, by day, and how many were refused',
    run: async ({ values, io }) => {
      const key = text(values, 'key');
      const query = { ...(key === undefined ? {} : { key_id: key }), days: wholeNumber(values, 'days') ?? 7 };
      const interval = wholeNumber(values, 'interval') ?? INTERVAL_SECONDS;
      const { latchkey } = await openSession(values, io);
      const client = connect(latchkey);
      const out = new Output(io, values);
      const isWatched = values.watch === true;
      const show = async () => {
        const { data } = await getUsage({ client, throwOnError: true, query });
        if (!out.isJson) print(data, out, isWatched ? io : undefined);
        else if (isWatched) out.jsonLine(data);
        else out.json(data);
      };
      await (isWatched ? poll(show, interval, io) : show());
    },
  },
];

function print(usage: GetUsageResult, out: Output, watched: Io | undefined): void {
  if (watched !== undefined) {
    if (watched.stdout.isTTY === true) watched.stdout.write(CLEAR);
    out.line(new Date(watched.now()).toISOString());
  }
  out.rows(usage.days, { date: ({ date }) => date, live: ({ live }) => live, test: ({ test }) => test });
  const { this_month: month, this_window: window } = usage;
  out.line(`This month: ${month.live} live, ${month.test} test.`);
  if (window !== null) out.line(`This minute: ${window.requests}, until ${window.resets_at}.`);
  const refused = Object.entries(usage.refused).filter(([, count]) => count > 0);
  const reasons = refused.map(([reason, count]) => `${count} for ${reason}`).join(', ');
  out.line(reasons === '' ? 'Refused: none.' : `Refused: ${reasons}.`);
}
