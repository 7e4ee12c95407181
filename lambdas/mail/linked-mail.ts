import { type NewLink, type NewLinkRequest, newLink } from './link.ts';
import { type Mail, type MailRequest, newMail } from './mail.ts';

/** A mail with the link that it carries. */
export interface LinkedMail {
  readonly link: NewLink;
  readonly mail: Mail;
}

/** Makes both. A room puts them into its own transaction by `linkedMailWrites` (`outbox-store.ts`). */
export function linkedMail(mail: MailRequest, link: NewLinkRequest, now: number): LinkedMail {
  const made = newLink(link, now);
  return { link: made, mail: newMail({ ...mail, linkId: made.id }, now) };
}
