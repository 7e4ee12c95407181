import { OPERATORS_TENANT } from '../contract/operators.ts';
import { newLink } from '../mail/link.ts';
import type { Mail } from '../mail/mail.ts';
import { personFacts, verificationLink } from '../people/verification.ts';
import { resetLink } from './links.ts';
import type { RecoveryContext } from './recovery.ts';

/**
 * Finds the person for whom a mail was asked for, and writes the link that it carries. Undefined for an address that
 * nobody has, for one that is confirmed already, for who has no password because a provider vouches for them, and for an
 * operator without a second factor.
 */
export function askedMails({
  recovery,
  people,
  accounts,
  clock,
}: Pick<RecoveryContext, 'recovery' | 'people' | 'accounts' | 'clock'>): (
  mail: Mail,
) => Promise<Mail | undefined> {
  return async (mail) => {
    const login = await accounts.findLogin(mail.to);
    const person = login && (await people.find(login.tenantId, login.userId));
    if (person?.email !== mail.to) return undefined;
    const now = clock();
    if (mail.template === 'verify') {
      if (person.emailVerified) return undefined;
      return recovery.linkMail({ mail, person, link: newLink(verificationLink(person), now) }, now);
    }
    // Whoever signed up with a key alone has made the account themselves.
    const mayHavePassword = login?.passwordHash !== undefined || person.createdBy === null;
    if (!mayHavePassword) return undefined;
    // Whoever reads their mail would be one: the first second factor takes a link of the command.
    if (person.tenantId === OPERATORS_TENANT && person.factors.length === 0) return undefined;
    const standing = await people.standing(person.tenantId, person.userId);
    const link = newLink(resetLink(personFacts(person), standing?.passwordVersion ?? 0), now);
    return recovery.linkMail({ mail, person, link }, now);
  };
}
