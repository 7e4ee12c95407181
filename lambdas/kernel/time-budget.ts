/** Says, as often as it is asked, whether work that takes long may go on: for so many seconds from now. */
export function withinSeconds(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() < end;
}
