import { OPERATOR_ROLE, OPERATORS_TENANT } from '../contract/operators.ts';
import {
  isRecent,
  MULTIPLE_FACTORS,
  type RequireOperator,
  reauthenticationRequired,
} from '../kernel/authentication.ts';
import { staysInWorkspace } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import type { PeopleStore } from '../people/people.ts';
import type { SessionStore } from '../sessions/sessions.ts';

/**
 * The check of operators: a person of the reserved tenant who is there and has a second factor now, in a session of their
 * own that was opened with one. An act also takes a recent sign-in. To everybody else the row is not there.
 */
export function operatorCheck({
  people,
  sessions,
  clock,
}: {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly sessions: Pick<SessionStore, 'authentication'>;
  readonly clock: Clock;
}): RequireOperator {
  return async (caller, isAct) => {
    if (caller.kind !== 'user' || staysInWorkspace(caller)) throw new Problem('not_found');
    if (caller.tenantId !== OPERATORS_TENANT) throw new Problem('not_found');
    const [person, authentication] = await Promise.all([
      people.find(OPERATORS_TENANT, caller.userId),
      sessions.authentication(caller),
    ]);
    if (person?.role !== OPERATOR_ROLE || person.factors.length === 0) throw new Problem('not_found');
    const isStrong = authentication?.amr.includes(MULTIPLE_FACTORS) === true;
    if (!isStrong || (isAct && !isRecent(authentication, clock()))) throw reauthenticationRequired();
  };
}
