import { Problem } from '../kernel/problem.ts';

/** One text for all: why somebody is not let in is for the log. */
export function refused(cause: unknown): Problem {
  return new Problem('sign_in_refused', { cause });
}
