import type { Profile } from '../lambdas/contract/profile.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { ConfigError } from './config.ts';

/** Throws a `ConfigError` for an upstream whose path is Latchkey's own, holds one that is, or is a prefix of the profile. */
export function requireFreePaths(
  rows: readonly ApiRow[],
  upstreams: readonly Upstream[],
  { upstreamPrefixes }: Profile,
): void {
  const own = rows.filter(({ kind, path }) => kind !== 'upstream' && path !== '/' && path !== '/{proxy+}');
  const faults = upstreams.flatMap(({ name, path }) => {
    if (name === '') return [];
    if (upstreamPrefixes.includes(path))
      return [`upstreams.${name}.path: everything below ${path} goes to upstream; set upstream instead`];
    // The shortest is what the others stand below.
    const [taken] = own
      .filter((row) => isBelow(path, bare(row.path)) || isBelow(row.path, path))
      .sort((one, other) => one.path.length - other.path.length);
    return taken === undefined
      ? []
      : [`upstreams.${name}.path: ${bare(taken.path)} is served by Latchkey itself; choose another path`];
  });
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}

/** The path whose subtree a row stands for. */
function bare(path: string): string {
  return path.replace(/\/\{proxy\+\}$/, '');
}

/** Whether a path is a root, or stands below it. */
export function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
