import type { Decision, DecisionRequest } from '../../access/decision.ts';
import { observedDecision } from '../../access/observe.ts';
import type { PathRule } from '../../contract/profile.ts';
import type { Clock } from '../../kernel/clock.ts';

/** The part of the authorizer for path rules that are observed: a module that only such deployments have. */
export function observed(
  rules: readonly PathRule[],
  clock: Clock,
): (decision: Decision, request: DecisionRequest) => Decision {
  return (decision, request) => observedDecision(decision, request, rules, clock());
}
