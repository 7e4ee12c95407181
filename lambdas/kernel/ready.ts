/** Milliseconds that it takes at most: what is slower than that, the first event waits for as it would have. */
const DEADLINE_MILLISECONDS = 1_000;

/**
 * Reads something while an instance starts: connections are opened and code is compiled before anybody waits, and a function
 * has more CPU then (Lambda developer guide, "Understanding the Lambda execution
 * environment lifecycle"). Never throws: an instance that cannot read serves its first event as if nobody had tried.
 */
export async function readied(
  read: () => Promise<unknown>,
  deadlineMilliseconds = DEADLINE_MILLISECONDS,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMilliseconds);
  const reading = async () => read();
  await Promise.race([reading().catch(() => undefined), late]);
  clearTimeout(timer);
}
