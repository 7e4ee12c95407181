import { randomUUIDv7 } from 'node:crypto';
import type { Language } from '../pages/languages.ts';
import type { Texts } from './texts/en.ts';

/** Every kind of mail: each has its texts in every language (`texts/`). */
export type MailTemplate = keyof Texts['mails'];

/** What the texts of a template tell. Never the secret of a link: that one is made when the mail is sent. */
type FactsOf<Template extends MailTemplate> = Omit<Parameters<Texts['mails'][Template]>[0], 'service'>;

/** A template with the facts that it needs. */
type Content = {
  [Template in MailTemplate]: { readonly template: Template; readonly facts: FactsOf<Template> };
}[MailTemplate];

/** A mail before it is queued. */
export type MailRequest = Content & {
  /** The address, as `parseEmail` gives it. */
  readonly to: string;
  readonly language: Language;
  /** The link that it carries (`NewLink`). It gets a secret when the mail is sent. @default - the mail has none */
  readonly linkId?: string;
  /**
   * Who asked for it without being known: whom it is for is looked up when it is sent, so that whoever asks learns
   * nothing from how long that takes. @default - it is for the address that it names
   */
  readonly askedBy?: Asker;
};

/** From where somebody asked for a mail. */
export interface Asker {
  readonly requestId: string;
  readonly address: string;
}

/** A mail that waits in the outbox. Times are Unix seconds. */
export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly template: MailTemplate;
  readonly facts: Readonly<Record<string, string>>;
  readonly language: Language;
  readonly linkId: string | null;
  readonly askedBy: Asker | null;
  readonly queuedAt: number;
  /** When it is tried next. */
  readonly dueAt: number;
  /** How often it has been tried. */
  readonly attempts: number;
  /** When it is given up. */
  readonly expiresAt: number;
}

/** Seconds for which a mail is tried: a provider that is down for a weekend loses none. */
export const MAIL_SECONDS = 3 * 86_400;

/**
 * A mail for the outbox. A room puts it into its own transaction by `mailWrite` (`outbox-store.ts`): it is queued if and
 * only if the change holds, and sent within seconds.
 */
export function newMail(request: MailRequest, now: number): Mail {
  const { to, template, language, facts, linkId = null, askedBy = null } = request;
  const times = { queuedAt: now, dueAt: now, expiresAt: now + MAIL_SECONDS };
  return { id: randomUUIDv7(), to, template, language, facts, linkId, askedBy, attempts: 0, ...times };
}

/** The mails that wait. */
export interface OutboxStore {
  /** Queues what belongs to no other change. */
  add(mail: Mail): Promise<void>;
  find(id: string): Promise<Mail | undefined>;
  /** All that wait, oldest first, whether they are due or not. */
  waiting(): AsyncIterable<Mail>;
  /**
   * Takes a mail to try it once, which puts its next try off until `dueAt`: whoever dies while trying loses nothing.
   * One conditional write: of any number at once one succeeds. Undefined for the others, and for a mail that is gone.
   */
  take(mail: Pick<Mail, 'id' | 'attempts'>, dueAt: number): Promise<Mail | undefined>;
  /** Removes a mail that was sent or given up. */
  remove(id: string): Promise<void>;
}
