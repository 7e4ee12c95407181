import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import type { StoredValue } from '../data-directory.ts';

/** What the signatures of calls of SES are for, and the service's name in `X-Amz-Target` of those of EventBridge. */
export const SES = 'ses';
export const EVENTS = 'AWSEvents';

/** A mail that was handed to SES or EventBridge. It went nowhere. */
export interface KeptMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** ISO 8601. */
  readonly sentAt: string;
}

interface Content {
  readonly Data?: string;
}

interface SendEmail {
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly Content?: {
    readonly Simple?: {
      readonly Subject?: Content;
      readonly Body?: { readonly Text?: Content; readonly Html?: Content };
    };
  };
}

interface PutEvents {
  readonly Entries?: readonly { readonly DetailType?: string; readonly Detail?: string }[];
}

/** Mails that are kept; the oldest goes first. */
const MAX_KEPT = 1000;

/** Keeps what is sent by SES or told to EventBridge, for people and tests to read. */
export class Outbox {
  readonly #mails: StoredValue<readonly KeptMail[]>;
  readonly #now: () => number;
  #isDown = false;

  constructor(mails: StoredValue<readonly KeptMail[]>, now: () => number) {
    this.#mails = mails;
    this.#now = now;
  }

  /** All mails, oldest first. */
  all(): readonly KeptMail[] {
    return this.#mails.get();
  }

  /** Every call fails until `resume`. */
  pause(): void {
    this.#isDown = true;
  }

  resume(): void {
    this.#isDown = false;
  }

  /** `SendEmail` of a mail with simple content (SES API v2). */
  async serveSes({ path, body }: AwsCall): Promise<AwsAnswer> {
    this.#requireUp();
    if (path !== '/v2/email/outbound-emails')
      throw new AwsError('UnknownOperationException', 'The local stack serves SendEmail of SES only.', 501);
    const { Destination, Content } = JSON.parse(body.toString('utf8')) as SendEmail;
    const { Subject, Body } = Content?.Simple ?? {};
    const to = Destination?.ToAddresses?.join(', ') ?? '';
    if (!/^[^@\s]+@[^@\s]+$/.test(to)) throw new AwsError('BadRequestException', "Missing final '@domain'");
    this.#keep(to, Subject?.Data, Body?.Text?.Data, Body?.Html?.Data);
    const answer = { MessageId: `local-${this.all().length}` };
    return { status: 200, body: JSON.stringify(answer), contentType: 'application/json' };
  }

  /** `PutEvents`; events that are mails are kept, as those of `docs/mail.md`. */
  async serveEvents({ action, body }: AwsCall): Promise<AwsAnswer> {
    this.#requireUp();
    if (action !== 'PutEvents')
      throw new AwsError('UnknownOperationException', 'The local stack serves PutEvents only.', 501);
    const { Entries = [] } = JSON.parse(body.toString('utf8')) as PutEvents;
    for (const { Detail = '{}' } of Entries) {
      const { to, subject, text, html } = JSON.parse(Detail) as Partial<KeptMail>;
      if (to !== undefined) this.#keep(to, subject, text, html);
    }
    const answer = {
      FailedEntryCount: 0,
      Entries: Entries.map((_, index) => ({ EventId: `local-${index}` })),
    };
    return { status: 200, body: JSON.stringify(answer) };
  }

  #keep(to: string, subject = '', text = '', html = ''): void {
    const sentAt = new Date(this.#now()).toISOString();
    this.#mails.set([...this.all(), { to, subject, text, html, sentAt }].slice(-MAX_KEPT));
  }

  #requireUp(): void {
    if (this.#isDown) throw new AwsError('ServiceUnavailable', 'The service is down.', 503);
  }
}
