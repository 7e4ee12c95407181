import type { ChangeOrigin, PlacedOrigin } from '../audit/entries.ts';
import { OPERATORS_TENANT } from '../contract/operators.ts';
import { Problem } from '../kernel/problem.ts';
import { findPerson, type PeopleStore } from '../people/people.ts';
import type { Person } from '../people/person.ts';
import { endOthers, type OwnSessionsContext } from '../sessions/own-sessions.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import { type OwnAccountLimits, takeEnd } from './limits.ts';

export interface DeletionContext extends OwnAccountLimits {
  readonly people: Pick<PeopleStore, 'find' | 'erase'>;
  readonly ownSessions: OwnSessionsContext;
  readonly sessions: Pick<SessionStore, 'settle'>;
}

/**
 * Deletes a person's account: nobody can sign in with the address, which is free, and what they had open has ended. What
 * else is stored of them is erased within two days. Keys that they made stay the tenant's, and name them by an id that
 * leads to nobody. Throws `conflicting_state` for the last administrator and for an operator, `rate_limited`.
 */
export async function deleteAccount(
  { tenantId, userId }: Pick<Person, 'tenantId' | 'userId'>,
  origin: ChangeOrigin & PlacedOrigin,
  { people, ownSessions, sessions, ...limits }: DeletionContext,
): Promise<void> {
  await takeEnd({ userId }, origin, limits);
  // Their trail says from where each act came, which an erasure takes out of it.
  if (tenantId === OPERATORS_TENANT)
    throw new Problem('conflicting_state', {
      message: 'An operator is removed by `npm run ops -- operator remove` only.',
    });
  const person = await findPerson(tenantId, userId, people);
  await people.erase(person, origin, limits.clock());
  // Were this cut off, the stream would do the first, and the erasure both.
  await sessions.settle(userId, undefined, origin);
  await endOthers(person, null, origin, ownSessions);
}
