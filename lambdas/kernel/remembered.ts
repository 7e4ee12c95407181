/** Reads at most every so many milliseconds, and gives what was read, or why it failed, until then. */
export function remembered<T>(
  read: () => Promise<T>,
  milliseconds: number,
  monotonic = () => performance.now(),
): () => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    if (last === undefined || monotonic() - last.at >= milliseconds)
      last = { at: monotonic(), value: read() };
    return last.value;
  };
}
