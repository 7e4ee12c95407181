import { callAws } from '../kernel/aws-http.ts';
import type { MailSender, ReadyMail } from './sender.ts';

const SEND_MILLISECONDS = 5_000;

/** By what a rule finds the events. */
const SOURCE = 'latchkey';
const DETAIL_TYPE = 'Mail';

/** Hands mails to the account's default event bus (EventBridge API reference, `PutEvents`), for a team that sends them. */
export function eventSender(): MailSender {
  return {
    async send(mail: ReadyMail): Promise<void> {
      const entry = { Source: SOURCE, DetailType: DETAIL_TYPE, Detail: JSON.stringify(mail) };
      const response = await callAws({
        host: 'events',
        variable: 'EVENTBRIDGE',
        headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSEvents.PutEvents' },
        body: JSON.stringify({ Entries: [entry] }),
        timeoutMilliseconds: SEND_MILLISECONDS,
      });
      if (!response.ok) throw new Error(`EventBridge answered ${response.status}`);
      const { FailedEntryCount = 0, Entries } = JSON.parse(response.text) as {
        readonly FailedEntryCount?: number;
        readonly Entries?: readonly { readonly ErrorCode?: string }[];
      };
      if (FailedEntryCount > 0) throw new Error(`EventBridge took no event: ${Entries?.[0]?.ErrorCode}`);
    },
  };
}
