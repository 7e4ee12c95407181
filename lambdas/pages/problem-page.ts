import { Problem } from '../kernel/problem.ts';
import type { Html } from '../kernel/results.ts';

/**
 * What some work gives. Its problems are thrown with a page of their own, which says what can be done about them;
 * where `pageOf` has none they stay as they are, and the general page is shown.
 */
export async function withProblemPage<Result>(
  work: Promise<Result>,
  pageOf: (problem: Problem) => Html | undefined | Promise<Html | undefined>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const page = await pageOf(error);
    if (page === undefined) throw error;
    throw new Problem(error.code, { ...error, message: error.message, cause: error.cause, page });
  }
}
