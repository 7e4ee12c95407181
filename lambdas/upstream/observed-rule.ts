import type { PathRule } from '../contract/profile.ts';
import { isUnambiguousPath } from '../kernel/unambiguous-path.ts';
import { isMatchOf, matchesPath } from './path-scopes.ts';

/** Days for which a rule may let pass what is refused. */
export const MAX_OBSERVE_DAYS = 30;

/**
 * The path rule by which a call of an upstream that is refused is let pass, unidentified; undefined where none does.
 * It is the first rule that matches, to the letter and of a path that all servers read alike: writing a path another way
 * closes it, and opens nothing. Its end is compared here, so that the rule is enforced from then on whatever is deployed.
 * `now` in Unix seconds.
 */
export function observedRule(
  method: string,
  path: string,
  rules: readonly PathRule[],
  now: number,
): PathRule | undefined {
  const rule = rules.find((each) => isMatchOf(each, method, path) !== false);
  // The path comes last: every forwarded call asks, and few deployments observe a rule.
  if (rule?.observeUntil === undefined || !matchesPath(rule.path, path) || !isUnambiguousPath(path))
    return undefined;
  const secondsLeft = rule.observeUntil - now;
  return secondsLeft > 0 && secondsLeft <= MAX_OBSERVE_DAYS * 86_400 ? rule : undefined;
}
