import { rowAccess } from '../../access/decide.ts';
import type { Decision, DecisionRequest } from '../../access/decision.ts';
import { observedDecision } from '../../access/observe.ts';
import type { AccessTable } from '../../contract/access.ts';
import type { PathRule } from '../../contract/profile.ts';
import type { Clock } from '../../kernel/clock.ts';

/**
 * The part of the authorizer for path rules that are observed: a module that only such deployments have. Rows of ours stay
 * as decided, whatever the rules say of their paths.
 */
export function observed(
  rules: readonly PathRule[],
  access: AccessTable,
  clock: Clock,
): (decision: Decision, request: DecisionRequest) => Decision {
  return (decision, request) =>
    rowAccess(request, access) === 'upstream'
      ? observedDecision(decision, request, rules, clock())
      : decision;
}
