import type { PersonFacts } from '../people/verification.ts';

/** Seconds for which a link is good that resets a password. */
const RESET_SECONDS = 1800;

/** A link that resets a password: it dies with the version of the password that it is for. */
export function resetLink(person: PersonFacts, passwordVersion: number) {
  return {
    kind: 'reset',
    subject: `user:${person.userId}`,
    facts: { ...person, passwordVersion: String(passwordVersion) },
    expiresIn: RESET_SECONDS,
  } as const;
}
