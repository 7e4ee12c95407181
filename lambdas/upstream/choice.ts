import { createHash } from 'node:crypto';
import type { Upstream } from '../contract/upstream.ts';
import type { Caller } from '../kernel/caller.ts';

/** Upstreams that a call may go to: each, and beside it its canary as an upstream of its own. */
export interface UpstreamChoice {
  readonly all: readonly Upstream[];
  /** The upstream of a path for a caller, who may not be proven; undefined where none serves it. */
  readonly of: (path: string, caller: Caller | undefined) => Upstream | undefined;
}

/** Chooses by path, the longest first, then by the caller's tenant. */
export function upstreamChoice(upstreams: readonly Upstream[]): UpstreamChoice {
  const pairs = upstreams
    .toSorted((a, b) => b.path.length - a.path.length)
    .map((upstream) => ({ upstream, canary: canaryOf(upstream) }));
  return {
    all: pairs.flatMap(({ upstream, canary }) => (canary === undefined ? [upstream] : [upstream, canary])),
    of: (path, caller) => {
      const pair = pairs.find(
        ({ upstream }) => path === upstream.path || path.startsWith(`${upstream.path}/`),
      );
      if (pair?.canary === undefined || caller === undefined || caller.kind === 'anonymous')
        return pair?.upstream;
      const { percent = 0 } = pair.upstream.canary ?? {};
      return hundredthOf(caller.tenantId) < percent ? pair.canary : pair.upstream;
    },
  };
}

function canaryOf(upstream: Upstream): Upstream | undefined {
  const { name, canary } = upstream;
  if (canary === null) return undefined;
  return { ...upstream, name: `${name || 'upstream'} canary`, target: canary.target, canary: null };
}

/** A number from 0 to 99 that a tenant always has. */
function hundredthOf(tenantId: string): number {
  return createHash('sha256').update(tenantId).digest().readUInt32BE() % 100;
}
