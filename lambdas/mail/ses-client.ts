import { domainToASCII } from 'node:url';
import { callAws } from '../kernel/aws-http.ts';
import { type MailSender, type ReadyMail, Undeliverable } from './sender.ts';

const SEND_MILLISECONDS = 5_000;

/** The one error that says that the mail itself is wrong, such as an address that is none (SES API v2, SendEmail). */
const WRONG_MAIL = 'BadRequestException';

/**
 * Sends by Amazon SES (SES API v2, `SendEmail`), signed with `aws4`: the SDK's client would be a package more for one
 * call. `from` is an address, perhaps with a name, of an identity that the function may send as.
 */
export function sesSender(from: string): MailSender {
  return {
    async send(mail: ReadyMail): Promise<void> {
      const response = await callAws({
        host: 'email',
        signedFor: 'ses',
        variable: 'SESV2',
        path: '/v2/email/outbound-emails',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          FromEmailAddress: from,
          Destination: { ToAddresses: [asciiDomain(mail.to)] },
          Content: {
            Simple: {
              Subject: content(mail.subject),
              Body: { Text: content(mail.text), Html: content(mail.html) },
              // RFC 3834, 5: no vacation notice answers a mail that a program sent.
              Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
            },
          },
        }),
        timeoutMilliseconds: SEND_MILLISECONDS,
      });
      if (response.ok) return;
      const name = String(response.headers['x-amzn-errortype'] ?? '').split(':')[0] ?? '';
      const fault = `SES answered ${response.status} ${name}`.trim();
      throw name === WRONG_MAIL ? new Undeliverable(fault) : new Error(fault);
    },
  };
}

/** SES takes domains in Punycode (SES developer guide, "Email format"). A local part beyond ASCII it calls wrong. */
function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
}

const content = (Data: string) => ({ Data, Charset: 'UTF-8' });
