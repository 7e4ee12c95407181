import type { Context, ScheduledEvent } from 'aws-lambda';
import { branding, deployment } from '#settings';
import { systemClock } from '../../kernel/clock.ts';
import { counted, observe } from '../../kernel/metrics.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { type DeliveryContext, deliver, sweep } from '../../mail/deliver.ts';
import { eventSender } from '../../mail/event-client.ts';
import { DynamoLinkStore } from '../../mail/link-store.ts';
import { DynamoOutboxStore } from '../../mail/outbox-store.ts';
import { sesSender } from '../../mail/ses-client.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { DynamoRecoveryStore } from '../../recovery/recovery-store.ts';
import { askedMails } from '../../recovery/resolve.ts';

/** Kept of a run's time for the mails that it is trying. */
const RESERVE_MS = 15_000;

const table = new Table(variable('TABLE_NAME'));
const { from } = deployment.mail;
const context: DeliveryContext = {
  outbox: new DynamoOutboxStore(table),
  links: new DynamoLinkStore(table),
  sender: from === null ? eventSender() : sesSender(from),
  resolve: askedMails({
    recovery: new DynamoRecoveryStore(table),
    people: new DynamoPeopleStore(table, deployment.rights),
    accounts: new DynamoAccountStore(table),
    clock: systemClock,
  }),
  branding,
  url: variable('ISSUER'),
  clock: systemClock,
  report(mail, outcome, cause) {
    const level = outcome === 'waits' ? 'WARN' : outcome === 'given up' ? 'ERROR' : 'INFO';
    // Neither the address nor the link: whoever reads the log must not be able to use it.
    const fields = { level, mail: mail.id, template: mail.template, attempts: mail.attempts };
    const told = cause === undefined ? fields : { ...fields, cause: String(cause) };
    observe({ fields: told, dimensions: { outcome }, metrics: counted('Mails') });
  },
};

/** Sends a mail that the stream tells of; called by the schedule, all that are due. */
export async function handler(
  event: ScheduledEvent | { readonly mailId: string },
  lambda: Context,
): Promise<void> {
  if ('mailId' in event) {
    const mail = await context.outbox.find(event.mailId);
    if (mail !== undefined) await deliver(mail, context);
    return;
  }
  const { oldestSeconds, waiting } = await sweep(
    context,
    () => lambda.getRemainingTimeInMillis() > RESERVE_MS,
  );
  observe({
    fields: { level: 'INFO' },
    dimensions: { outcome: 'done' },
    metrics: [
      { name: 'OldestMailSeconds', unit: 'Seconds', value: oldestSeconds },
      { name: 'MailsWaiting', unit: 'None', value: waiting },
    ],
  });
}
