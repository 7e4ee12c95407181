import { originOf, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import { roleScopes } from '../contract/rights.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { Problem } from '../kernel/problem.ts';
import { requireHeld } from '../kernel/rights.ts';
import { endOthers, endOwn, type OwnSessionsContext } from '../sessions/own-sessions.ts';
import { findPerson, type PeopleStore } from './people.ts';

export interface PersonSessionsContext {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly deployment: Pick<Deployment, 'rights'>;
  /** Of whichever person. */
  readonly ownSessions: OwnSessionsContext;
}

/**
 * Ends the sessions and sign-ins of a person of the tenant but the session that asks, or the one with the id `sessionId`.
 * Gives how many. Throws `not_found`, and `exceeds_own_rights` for a person with more rights than the caller has.
 */
export async function endSessionsOf(
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string | undefined },
  caller: UserCaller,
  from: RequestOrigin,
  { people, deployment: { rights }, ownSessions }: PersonSessionsContext,
): Promise<number> {
  const person = await findPerson(caller.tenantId, userId, people);
  requireHeld(roleScopes(person.role, rights.roles), caller, rights);
  const by = originOf(caller, from);
  if (sessionId === undefined) return endOthers(person, caller.sessionId, by, ownSessions);
  if (await endOwn(person, sessionId, by, ownSessions)) return 1;
  throw new Problem('not_found', { message: 'The person has no open session with this id.' });
}
