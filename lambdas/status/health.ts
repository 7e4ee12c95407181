import { Problem } from '../kernel/problem.ts';
import { remembered } from '../kernel/remembered.ts';

/** Milliseconds for which an answer is repeated: a monitor, or a flood, asks the store no more often. */
const CACHE_MILLISECONDS = 5000;

/** Milliseconds for a check; less than monitors wait. */
const DEADLINE_MILLISECONDS = 2000;

/** A named check that throws when its part does not answer. */
export type HealthChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** Runs all checks at once, at most every five seconds. Throws `unavailable` that names the failing parts. */
export function healthCheck(checks: HealthChecks, monotonic?: () => number): () => Promise<void> {
  const readFailures = remembered(() => failures(checks), CACHE_MILLISECONDS, monotonic);
  return async () => {
    const failed = await readFailures();
    if (failed.length === 0) return;
    throw new Problem('unavailable', {
      message: `Not healthy: ${failed.map(({ part }) => part).join(', ')}.`,
      cause: failed[0]?.cause,
    });
  };
}

interface Failure {
  readonly part: string;
  readonly cause: unknown;
}

async function failures(checks: HealthChecks): Promise<Failure[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([part, check]): Promise<Failure[]> => {
      try {
        await withDeadline(check(), DEADLINE_MILLISECONDS);
        return [];
      } catch (cause) {
        return [{ part, cause }];
      }
    }),
  );
  return results.flat();
}

/** The promise's value, or an error when it has not come within so many milliseconds. */
export async function withDeadline<T>(value: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([value, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
