/** The result, or the failure of one that takes longer. */
export async function withinTimeout<Result>(
  result: Promise<Result>,
  milliseconds: number,
  timedOut: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut()), milliseconds);
  });
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
}
