import type { Mail } from './mail.ts';

/** A mail with its texts, ready to be sent. */
export interface ReadyMail extends Pick<Mail, 'id' | 'to' | 'template' | 'language'> {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The URL that its button opens, for who sends a mail of their own; null where it has none. */
  readonly link: string | null;
}

/** Whoever sends mails. */
export interface MailSender {
  /** Resolves when the mail was taken over. Throws {@link Undeliverable}, and anything else for what may be tried again. */
  send(mail: ReadyMail): Promise<void>;
}

/** A mail that no further try delivers. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}
