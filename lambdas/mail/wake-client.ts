import { invokeFunction } from '../kernel/aws-http.ts';

/** Lambda takes an event within milliseconds; the stream's other records wait meanwhile. */
const INVOCATION_MILLISECONDS = 2_000;

/**
 * Tells the function `mailer` that a mail was queued, without waiting for what it does. Rejects when Lambda does not take
 * it: the mailer's next run, within a minute, finds the mail by itself.
 */
export function mailerFunction(functionName: string): (mailId: string) => Promise<void> {
  return async (mailId) => {
    const response = await invokeFunction(functionName, { mailId }, 'Event', INVOCATION_MILLISECONDS);
    if (!response.ok) throw new Error(`Lambda answered ${response.status} for the function mailer`);
  };
}
