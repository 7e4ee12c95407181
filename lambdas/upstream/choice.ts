import type { Upstream } from '../contract/upstream.ts';

/** The upstream of a path; undefined where none serves it. */
export type UpstreamFor = (path: string) => Upstream | undefined;

/** Finds upstreams by path: of several the one with the longest. */
export function upstreamFor(upstreams: readonly Upstream[]): UpstreamFor {
  const longestFirst = upstreams.toSorted((a, b) => b.path.length - a.path.length);
  return (path) =>
    longestFirst.find((upstream) => path === upstream.path || path.startsWith(`${upstream.path}/`));
}
