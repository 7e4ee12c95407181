import type { PathRule } from '../contract/profile.ts';
import { observedRule } from '../upstream/observed-rule.ts';
import type { Decision, DecisionRequest } from './decision.ts';

/**
 * The decision on a call of an upstream, once its path rules have been asked whether they are observed: what would be
 * refused passes without an identity. `now` in Unix seconds.
 */
export function observedDecision(
  decision: Decision,
  { method, path }: DecisionRequest,
  rules: readonly PathRule[],
  now: number,
): Decision {
  if (decision.outcome === 'allowed' || decision.outcome === 'observed') return decision;
  const rule = observedRule(method, path, rules, now);
  if (rule === undefined) return decision;
  return {
    outcome: 'observed',
    instead: decision.outcome,
    code: decision.outcome === 'limited' ? 'rate_limited' : decision.code,
    rule: rule.path,
    ...('isGuess' in decision && decision.isGuess === true ? { isGuess: true } : {}),
  };
}
