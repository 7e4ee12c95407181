import type { ConsoleBuild } from '../lambdas/contract/console.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { apiRows } from '../lambdas/kernel/api-rows.ts';
import type { Route } from '../lambdas/kernel/route.ts';
import { publishedPath } from './openapi/document.ts';

/** What the console is told of a profile: where it has the rows of the default contract. */
export function consoleBuild(
  routes: readonly Route[],
  profile: Profile,
  plans: ConsoleBuild['plans'],
): ConsoleBuild {
  const rows = apiRows(routes, profile).filter((row) => row.kind === 'route');
  const paths = routes.flatMap((route): [string, string | null][] => {
    // Rows of operators stand where they do, in every profile, or are not there for anybody.
    if (route.path === null || route.access.kind === 'operator') return [];
    const path = rows.find((row) => row.route.id === route.id)?.path ?? null;
    if (path === route.path) return [];
    return [[`${route.method} ${publishedPath(route.path)}`, path && publishedPath(path)]];
  });
  return {
    plans,
    paths: Object.fromEntries(paths),
    firstCall: `${profile.upstreamPrefixes[0] ?? ''}/stats`,
  };
}
