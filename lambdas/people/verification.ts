import { type LinkedMail, linkedMail } from '../mail/linked-mail.ts';
import type { Language } from '../pages/languages.ts';
import type { User } from '../sessions/user.ts';

/** Seconds for which the link is good that confirms an address. */
export const VERIFICATION_SECONDS = 7 * 86_400;

/** The facts of a link that is about a person and their address. */
export interface PersonFacts extends Readonly<Record<string, string>> {
  readonly tenantId: string;
  readonly userId: string;
  /** The address that the person must still have. */
  readonly email: string;
}

export function personFacts({ tenantId, userId, email }: User): PersonFacts {
  return { tenantId, userId, email };
}

/** The link of {@link verificationMail}, which a mail that was asked for later carries too. */
export function verificationLink(user: User) {
  const [subject, facts] = [`user:${user.userId}`, personFacts(user)];
  return { kind: 'verify', subject, facts, expiresIn: VERIFICATION_SECONDS } as const;
}

/** The mail by which a new person confirms their address. */
export function verificationMail(user: User, language: Language, now: number): LinkedMail {
  const mail = { to: user.email, template: 'verify', facts: {}, language } as const;
  return linkedMail(mail, verificationLink(user), now);
}
